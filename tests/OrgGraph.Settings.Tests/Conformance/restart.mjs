// graphql-ws and graphql-sse, unmodified, over a restart of the server: both come back by themselves and miss nothing.
import { assert, cursor, follow, makeProject, require, signIn, socketUrl, until, url, webSocketImpl } from './demo.mjs';

const say = (line) => process.stdout.write(line + '\n');
const olivia = await signIn('olivia@acme.test');
const codes = [];
// However long the server takes: they try again every half second.
const halfASecond = () => new Promise((resolve) => setTimeout(resolve, 500));
let connections = 0;
const ws = require('graphql-ws').createClient({
  url: socketUrl,
  webSocketImpl,
  connectionParams: { authorization: `Bearer ${olivia}` },
  retryAttempts: Infinity,
  retryWait: halfASecond,
  // A server that is not there yet refuses the connection, which this package takes for final unless told otherwise.
  shouldRetry: () => true,
  on: { closed: (event) => codes.push(event.code), connected: () => connections++ },
});
const sse = require('graphql-sse').createClient({ url, headers: { Authorization: `Bearer ${olivia}` }, retryAttempts: Infinity, retry: halfASecond });
const start = await cursor(olivia);
const followers = [follow(ws, start), follow(sse, start)];
await makeProject(olivia, 'Before the restart');
await until('both heard of it', () => followers.every((followed) => followed.projects.length === 1));
say('subscribed');

// The server is stopped and started again by whoever runs this script.
await until('the socket was closed', () => codes.length > 0);
assert.equal(codes[0], 1012);
await until('the socket is back', () => connections === 2);
await makeProject(olivia, 'After the restart');
await until('both heard of it', () => followers.every((followed) => followed.projects.length === 2));
for (const followed of followers) {
  assert.deepEqual([followed.projects, followed.ends], [['Before the restart', 'After the restart'], []]);
}

process.exit(0);
