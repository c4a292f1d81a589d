// graphql-ws and graphql-sse, unmodified, against the whole server: they query, mutate, subscribe, are refused, lose their credential and come back.
import { acme, assert, collect, createProject, cursor, follow, makeProject, require, run, signIn, socketUrl, until, url, webSocketImpl } from './demo.mjs';

const { createClient: createSocketClient } = require('graphql-ws');
const { createClient: createStreamClient } = require('graphql-sse');

const olivia = await signIn('olivia@acme.test');
const socketClient = (credential, events = {}, options = {}) =>
  createSocketClient({ url: socketUrl, webSocketImpl, connectionParams: async () => ({ authorization: `Bearer ${await credential()}` }), on: events, ...options });
const streamClient = (credential, options = {}) =>
  createStreamClient({ url, headers: async () => ({ Authorization: `Bearer ${await credential()}` }), ...options });

// Query, mutate, subscribe; be refused as one operation among others.
for (const [name, client, other] of [
  ['ws', socketClient(() => olivia), socketClient(() => signIn('vera@acme.test'))],
  ['sse', streamClient(() => olivia), streamClient(() => signIn('vera@acme.test'))],
]) {
  const [viewer] = await collect(client, '{ viewer { principal { displayName } credential { kind } } }');
  assert.deepEqual(viewer, { data: { viewer: { principal: { displayName: 'Olivia' }, credential: { kind: 'SESSION' } } } });

  const followed = follow(client, await cursor(olivia));
  const [made] = await collect(client, createProject, { input: { organizationId: acme, name: `By ${name}` } });
  assert.equal(made.data.createProject.project.name, `By ${name}`);
  await makeProject(olivia, `Beside ${name}`);
  await until('both events', () => followed.projects.length === 2);
  assert.deepEqual(followed.projects, [`By ${name}`, `Beside ${name}`]);
  followed.stop();

  const [refused] = await collect(other, `subscription { invitationsChanged(organizationId: "${acme}") { __typename } }`);
  assert.equal(refused.data, null);
  assert.equal(refused.errors[0].extensions.code, 'AUTH_NOT_AUTHORIZED');
  const [denied] = await collect(other, createProject, { input: { organizationId: acme, name: 'Denied' } });
  assert.equal(denied.data.createProject, null);
  assert.equal(denied.errors[0].extensions.code, 'AUTH_NOT_AUTHORIZED');
}

// A document that is none: an error message on a socket, a result on a stream.
await assert.rejects(collect(socketClient(() => olivia), '{ unknown }'), (errors) => errors[0].extensions.code === 'BAD_USER_INPUT');
assert.equal((await collect(streamClient(() => olivia), '{ unknown }'))[0].errors[0].extensions.code, 'BAD_USER_INPUT');

// A bad credential: closed with 4403, or 401 before any stream.
await assert.rejects(collect(socketClient(() => 'bad', {}, { retryAttempts: 0 }), '{ __typename }'), (event) => event.code === 4403);
await assert.rejects(collect(streamClient(() => 'bad', { retryAttempts: 0 }), '{ __typename }'), (error) => error.response.status === 401);

// A message over the limit.
await assert.rejects(collect(socketClient(() => olivia), `{ __typename } #${'x'.repeat(256 * 1024)}`), (event) => event.code === 1009);

// A session that expires: closed with 4403; the client asks for a fresh token, comes back and goes on where it was.
{
  const codes = [];
  let signIns = 0;
  const client = socketClient(() => signIn('olivia@acme.test', signIns++ === 0 ? 2 : 3600), {
    closed: (event) => codes.push(event.code),
  });
  const followed = follow(client, await cursor(olivia));
  await makeProject(olivia, 'Before expiry');
  await until('the first event', () => followed.projects.length === 1);
  await until('the closing', () => codes.length === 1);
  await makeProject(olivia, 'During absence');
  await makeProject(olivia, 'During absence too');
  await until('what was missed', () => followed.projects.length === 3);
  assert.deepEqual(followed.projects, ['Before expiry', 'During absence', 'During absence too']);
  assert.deepEqual([codes, followed.ends, signIns], [[4403], [], 2]);
  await client.dispose();
}

// A key that is revoked, and another one in its place.
{
  const makeKey = async (name) =>
    (await run(olivia, 'mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id } } }', { input: { organizationId: acme, name } })).createApiKey;
  const keys = [await makeKey('First'), await makeKey('Second')];
  const codes = [];
  let used = 0;
  const client = socketClient(() => keys[used++].secret, { closed: (event) => codes.push(event.code) });
  const followed = follow(client, await cursor(olivia));
  await makeProject(olivia, 'Before revocation');
  await until('the first event', () => followed.projects.length === 1);
  await run(olivia, 'mutation($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { version } }', { input: { apiKeyId: keys[0].apiKey.id } });
  await until('the closing', () => codes.length === 1);
  await makeProject(olivia, 'After revocation');
  await until('what was missed', () => followed.projects.length === 2);
  assert.deepEqual([codes, followed.ends, used], [[4403], [], 2]);
  await client.dispose();
}

// On a stream the end of a session is told, and is the end; a new subscription with a fresh token goes on where it was.
{
  const client = streamClient(() => signIn('olivia@acme.test', 2));
  const first = follow(client, await cursor(olivia));
  await makeProject(olivia, 'Streamed');
  await until('the end', () => first.ends.length === 2);
  assert.deepEqual([first.projects, first.ends], [['Streamed'], ['AUTH_NOT_AUTHENTICATED', 'complete']]);
  await makeProject(olivia, 'Streamed later');
  const second = follow(streamClient(() => olivia), first.after);
  await until('what was missed', () => second.projects.length === 1);
  assert.deepEqual(second.projects, ['Streamed later']);
}

process.exit(0);
