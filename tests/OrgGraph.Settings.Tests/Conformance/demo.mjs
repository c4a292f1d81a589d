// What the scripts beside this one share: node <script> <folder of node_modules> <url of /graphql> <id of the demo organization>
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const [, , packages, url, acme] = process.argv;
export { assert, url, acme };
export const require = createRequire(packages + '/');
export const socketUrl = url.replace('http', 'ws');
export const webSocketImpl = require('ws');

// A token of the demo sign-in, good for so many seconds.
export async function signIn(email, expiresIn = 3600) {
  const answer = await fetch(new URL('/demo/token', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, expiresIn }),
  });
  return (await answer.json()).accessToken;
}

// One request that must succeed.
export async function run(token, query, variables) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

export const createProject = 'mutation($input: CreateProjectInput!) { createProject(input: $input) { version project { name } errors { __typename } } }';
export const makeProject = (token, name) => run(token, createProject, { input: { organizationId: acme, name } });
export const cursor = async (token) => (await run(token, 'query($id: ID!) { organization(id: $id) { cursor } }', { id: acme })).organization.cursor;
export const watch = 'subscription($id: ID!, $after: String) { organizationEvents(organizationId: $id, after: $after) { __typename cursor subjectName } }';

// Waits until something holds; what is waited for is another side's doing.
export async function until(what, holds) {
  for (const began = Date.now(); !holds(); ) {
    assert.ok(Date.now() - began < 150_000, `It did not come to pass: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

// Everything that a client of graphql-ws or graphql-sse is told of one operation, to its end.
export const collect = (client, query, variables) =>
  new Promise((resolve, reject) => {
    const results = [];
    client.subscribe({ query, variables }, { next: (result) => results.push(result), error: reject, complete: () => resolve(results) });
  });

// A subscription that goes on from the last event seen, however often its connection is lost: the variables are sent anew each time.
export function follow(client, after) {
  const followed = { projects: [], ends: [] };
  const variables = { id: acme, after };
  followed.stop = client.subscribe({ query: watch, variables }, {
    next: ({ data, errors }) => {
      if (errors) {
        followed.ends.push(errors[0].extensions.code);
        return;
      }
      variables.after = data.organizationEvents.cursor;
      followed.after = variables.after;
      if (data.organizationEvents.__typename === 'ProjectCreated') {
        followed.projects.push(data.organizationEvents.subjectName);
      }
    },
    error: (error) => followed.ends.push(error),
    complete: () => followed.ends.push('complete'),
  });
  return followed;
}
