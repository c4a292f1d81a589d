// The unmodified clients graphql-ws and graphql-sse: node clients.mjs <folder of node_modules> <url>
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const require = createRequire(process.argv[2] + '/');
const url = process.argv[3];
const ws = require('graphql-ws').createClient({
  url: url.replace('http', 'ws'),
  webSocketImpl: globalThis.WebSocket ?? require('ws'),
  connectionParams: { authorization: 'Bearer good-olivia' },
});
const sse = require('graphql-sse').createClient({ url, headers: { Authorization: 'Bearer good-olivia' } });

const collect = (client, query) =>
  new Promise((resolve, reject) => {
    const results = [];
    client.subscribe({ query }, { next: (result) => results.push(result), error: reject, complete: () => resolve(results) });
  });

for (const client of [ws, sse]) {
  assert.deepEqual(await collect(client, '{ __typename }'), [{ data: { __typename: 'Query' } }]);
  assert.deepEqual(await collect(client, 'subscription { three }'), [{ data: 1 }, { data: 2 }, { data: 3 }]);
}

await assert.rejects(collect(ws, '{ unknown }'), (errors) => errors[0].extensions.code === 'BAD_USER_INPUT');
assert.equal((await collect(sse, '{ unknown }'))[0].errors[0].extensions.code, 'BAD_USER_INPUT');
await ws.dispose();
sse.dispose();
process.stdout.write('ok\n');
