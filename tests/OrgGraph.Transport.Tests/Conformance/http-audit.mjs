// The audit suite of npm's graphql-http: node http-audit.mjs <folder of node_modules> <url>
import { createRequire } from 'node:module';

const require = createRequire(process.argv[2] + '/');
const { auditServer } = require('graphql-http');
const results = await auditServer({ url: process.argv[3] });
const failed = results.filter((result) => result.status !== 'ok');
for (const result of failed) {
  process.stdout.write(`${result.id} ${result.status} ${result.name}: ${result.reason}\n`);
}

process.stdout.write(`${results.length - failed.length} of ${results.length} ok\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
