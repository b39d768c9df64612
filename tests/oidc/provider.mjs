// The provider of the tests: oidc-provider, certified by the OpenID Foundation, with people of ours.
//
//   node provider.mjs PORT METHOD    0 takes a free one; prints the issuer when it serves
//
// It makes new keys with each start. Any password is right; whoever gives the login `x` is subject `x`.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// It is installed elsewhere, so that nothing is written into the source.
const require = createRequire(`${process.cwd()}/`);
const { Provider } = await import(pathToFileURL(require.resolve('oidc-provider')));

const [PORT, METHOD] = process.argv.slice(2);

const PEOPLE = {
  's-ann': { preferred_username: 'Ann', email: 'ann@example.com', email_verified: true },
  's-bob': { preferred_username: 'Bob', email: 'bob@example.com', email_verified: false },
  's-eve': { preferred_username: 'Ann', email: 'eve@example.com', email_verified: true },
  's-root': { preferred_username: 'Supervisor' },
  's-new': { preferred_username: 'Newcomer', groups: ['Clerks', 'Strangers'] },
  's-nameless': {},
  's-odd': { preferred_username: ' Odd ' },
};

function key() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', kid: randomBytes(8).toString('hex') };
}

function client(id, method) {
  return {
    client_id: id,
    ...(method === 'none' ? {} : { client_secret: 'a secret: with = and %' }),
    token_endpoint_auth_method: method,
    // A native client's loopback address may have any port (RFC 8252 §7.3).
    application_type: 'native',
    redirect_uris: ['http://127.0.0.1/auth/oidc/callback'],
    post_logout_redirect_uris: [],
  };
}

const configuration = {
  clients: [client('with-secret', METHOD), client('public', 'none')],
  jwks: { keys: [key()] },
  cookies: { keys: [randomBytes(16).toString('hex')] },
  claims: {
    openid: ['sub'],
    profile: ['preferred_username', 'groups'],
    email: ['email', 'email_verified'],
  },
  pkce: { required: () => true },
  // The one way that it knows to show a secret.
  clientAuthMethods: [METHOD, 'none'],
  async findAccount(context, id) {
    return id in PEOPLE ? { accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) } : undefined;
  },
};

const server = createServer();
server.listen(Number(PORT), '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  server.on('request', new Provider(issuer, configuration).callback());
  console.log(issuer);
});
