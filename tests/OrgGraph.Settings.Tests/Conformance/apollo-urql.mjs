// The ordinary requests of Apollo Client and urql, as they send them.
import { acme, assert, createProject, makeProject, require, signIn, socketUrl, until, url, webSocketImpl } from './demo.mjs';

const olivia = await signIn('olivia@acme.test');
const headers = { authorization: `Bearer ${olivia}` };
const createSocketClient = () => require('graphql-ws').createClient({ url: socketUrl, webSocketImpl, connectionParams: headers });
const settings = 'query Settings($id: ID!) { organization(id: $id) { id name members(first: 2) { nodes { id user { displayName } } } } }';
const projects = `subscription Projects { projectsChanged(organizationId: "${acme}") { __typename ... on ProjectCreated { subjectName } } }`;

// Apollo Client: adds __typename everywhere, accepts application/graphql-response+json.
{
  const { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } = require('@apollo/client');
  const { GraphQLWsLink } = require('@apollo/client/link/subscriptions');
  for (const useGETForQueries of [false, true]) {
    const client = new ApolloClient({ link: new HttpLink({ uri: url, headers, useGETForQueries }), cache: new InMemoryCache() });
    const { data } = await client.query({ query: gql(settings), variables: { id: acme } });
    assert.equal(data.organization.__typename, 'Organization');
    assert.equal(data.organization.members.nodes.length, 2);
    const name = `Apollo ${useGETForQueries}`;
    const made = await client.mutate({ mutation: gql(createProject), variables: { input: { organizationId: acme, name } } });
    assert.equal(made.data.createProject.project.name, name);
    const taken = await client.mutate({ mutation: gql(createProject), variables: { input: { organizationId: acme, name } } });
    assert.equal(taken.data.createProject.errors[0].__typename, 'ConflictError');
    await assert.rejects(client.query({ query: gql('{ unknown }') }), (error) => CombinedGraphQLErrors.is(error) && error.errors[0].extensions.code === 'BAD_USER_INPUT');
  }

  const refused = new ApolloClient({ link: new HttpLink({ uri: url, headers: { authorization: 'Bearer bad' } }), cache: new InMemoryCache() });
  await assert.rejects(refused.query({ query: gql('{ viewer { credential { kind } } }') }), (error) => error.statusCode === 401 || error.errors?.[0].extensions.code === 'AUTH_NOT_AUTHENTICATED');

  const live = new ApolloClient({ link: new GraphQLWsLink(createSocketClient()), cache: new InMemoryCache() });
  const seen = [];
  const subscription = live.subscribe({ query: gql(projects) }).subscribe({ next: ({ data }) => seen.push(data.projectsChanged.subjectName) });
  await untilSeen('apollo', seen);
  subscription.unsubscribe();
  live.stop();
}

// urql: GET within the limit of an address by default; accepts four formats; subscribes by socket, or by an event stream of its own fetch.
{
  const { Client, fetchExchange, gql, subscriptionExchange } = require('@urql/core');
  for (const preferGetMethod of [false, 'force', 'within-url-limit']) {
    const client = new Client({ url, exchanges: [fetchExchange], fetchOptions: { headers }, preferGetMethod });
    const { data, error } = await client.query(gql(settings), { id: acme }).toPromise();
    assert.equal(error, undefined);
    assert.equal(data.organization.members.nodes.length, 2);
    const made = await client.mutation(gql(createProject), { input: { organizationId: acme, name: `urql ${preferGetMethod}` } }).toPromise();
    assert.equal(made.data.createProject.project.name, `urql ${preferGetMethod}`);
    const wrong = await client.query('{ unknown }', {}).toPromise();
    assert.equal(wrong.error.graphQLErrors[0].extensions.code, 'BAD_USER_INPUT');
  }

  const sockets = createSocketClient();
  const exchange = subscriptionExchange({
    forwardSubscription: (request) => ({ subscribe: (sink) => ({ unsubscribe: sockets.subscribe({ ...request, query: request.query ?? '' }, sink) }) }),
  });
  for (const [name, client] of [
    ['socket', new Client({ url, exchanges: [exchange], fetchOptions: { headers } })],
    ['stream', new Client({ url, exchanges: [fetchExchange], fetchOptions: { headers }, fetchSubscriptions: true })],
  ]) {
    const seen = [];
    const { unsubscribe } = client.subscription(projects, {}).subscribe(({ data, error }) => seen.push(error?.message ?? data.projectsChanged.subjectName));
    await untilSeen(`urql ${name}`, seen);
    unsubscribe();
  }
}

// A live stream begins when the server has it: so events are made until one is seen.
async function untilSeen(name, seen) {
  for (let i = 0; seen.length === 0; i++) {
    await makeProject(olivia, `Seen by ${name} ${i}`);
    await Promise.race([until('one event', () => seen.length > 0), new Promise((resolve) => setTimeout(resolve, 200))]);
  }

  assert.match(seen[0], new RegExp(`^Seen by ${name} \\d+$`));
}

process.exit(0);
