#!/usr/bin/env bash
# Makes the passwords of compose.yaml, once. They stay out of the repository and out of every image.
set -euo pipefail
cd "$(dirname "$0")"
if [[ -e secrets ]]; then
  echo 'docker/secrets is there already: nothing was changed.'
  exit 0
fi

making=$(mktemp -d secrets.XXXXXX)
trap 'rm -rf "$making"' EXIT
database="Aa1$(openssl rand -hex 24)"
redis=$(openssl rand -hex 24)
printf 'MSSQL_SA_PASSWORD=%s\n' "$database" >"$making/database.env"
printf 'Server=database;Database=OrgGraph;User Id=sa;Password=%s;TrustServerCertificate=true' "$database" >"$making/OrgGraph__Database__ConnectionString"
printf 'redis:6379,password=%s' "$redis" >"$making/OrgGraph__BackPlane__Redis"
printf '%s' "$redis" >"$making/redis-password"
# Readable for the containers' users, which are not this one; the folder is for its owner only.
chmod 0644 "$making"/*
chmod 0700 "$making"
mv "$making" secrets
trap - EXIT
echo 'docker/secrets is made.'
