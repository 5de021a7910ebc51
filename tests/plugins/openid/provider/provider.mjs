// A provider of OpenID Connect for the tests: the certified library, with people and clients of our own.
// Arguments: the port, the name of a file with {people, client}. A line on stdout says that it listens.
import { readFileSync } from 'node:fs'
import { Provider } from 'oidc-provider'

const [port, told] = [Number(process.argv[2]), JSON.parse(readFileSync(process.argv[3], 'utf8'))]
const issuer = `http://127.0.0.1:${port}`

const provider = new Provider(issuer, {
  clients: [told.client],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
  scopes: ['openid', 'email', 'groups'],
  conformIdTokenClaims: false,
  features: { deviceFlow: { enabled: true } },
  pkce: { required: () => true },
  cookies: { keys: ['of the tests'] },
  ttl: { AccessToken: 600, AuthorizationCode: 60, DeviceCode: told.deviceSeconds ?? 60, Grant: 600, IdToken: 600,
    Interaction: 600, Session: 600 },
  async findAccount(_, sub) {
    const person = told.people[sub]
    return person && { accountId: sub, claims: async () => ({ sub, ...person }) }
  },
})
provider.on('server_error', (_, error) => console.error(error))
provider.listen(port, '127.0.0.1', () => console.log('listening'))
