import type { CompiledBackend, CompiledBackendCredential, CompiledBackendOAuth2 } from '#api/compiled/contract.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import type { Material } from '../world/materials.ts';
import { resolveMaterial } from '../world/reference-problems.ts';
import { credentialRefOf } from '../world/references.ts';
import type { World } from '../world/world.ts';
import { basicOfClient } from './introspection.ts';
import type { Problem } from './outcome.ts';

const field = 'spec.backend.credentialRef';
const headerPrefix = 'header.';
const mostHeaders = 16;
const longestValue = 8192;

/** How the gateway comes to a token for the backend; undefined: it needs none. */
function compileBackendOAuth2(
  { spec: { backend } }: ApiService,
  material: Material,
  secret: string,
): CompiledBackendOAuth2 | Problem {
  const { tokenUrl = '', scopes = [], audience, clientAuthentication } = backend.oauth2 ?? {};
  const [id, password] = [textOf(material, 'username'), textOf(material, 'password')];
  if (!/^[ -~]{1,1024}$/.test(id) || !/^[ -~]{1,4096}$/.test(password)) {
    return invalid(secret, 'must hold username (the client id) and password (its secret) for spec.backend.oauth2');
  }
  const inForm = clientAuthentication === 'Form';
  return {
    tokenUrl,
    scopes: [...scopes].sort(),
    ...(audience === undefined ? {} : { audience }),
    secretHeaders: inForm ? {} : { authorization: basicOfClient(id, password) },
    ...(inForm ? { secretForm: { client_id: id, client_secret: password } } : {}),
  };
}

/** What the backend knows the gateway by; undefined: nothing is asked for. */
export function compileBackendCredential(
  api: ApiService,
  world: World,
): Pick<CompiledBackend, 'credential' | 'oauth2'> | Problem | undefined {
  const ref = credentialRefOf(api);
  if (ref === undefined) return undefined;
  const material = resolveMaterial(world, field, ref);
  if ('reason' in material) return material;
  if (api.spec.backend.oauth2 === undefined) {
    const credential = compileFields(material, ref.name);
    return 'reason' in credential ? credential : { credential };
  }
  const oauth2 = compileBackendOAuth2(api, material, ref.name);
  return 'reason' in oauth2 ? oauth2 : { oauth2 };
}

function compileFields(material: Material, secret: string): CompiledBackendCredential | Problem {
  const fields = fieldsOf(material, secret);
  return Array.isArray(fields) ? judgeFields(fields, secret) : fields;
}

/** Names in lower case with their values. */
type Fields = [name: string, value: string][];

/** The one way in which the Secret says it: a name and a password, a token, or whole header fields. */
function fieldsOf(material: Material, secret: string): Fields | Problem {
  const headers = material.keys.filter((key) => key.startsWith(headerPrefix));
  const ways = [
    ...(material.keys.some((key) => key === 'username' || key === 'password') ? [() => basic(material, secret)] : []),
    ...(material.keys.includes('token') ? [() => bearer(material)] : []),
    ...(headers.length > 0 ? [() => headers.map((key) => headerField(material, key))] : []),
  ];
  const [way, another] = ways;
  if (way !== undefined && another === undefined) return way();
  const found = way === undefined ? 'holds no credential' : 'holds more than one credential';
  return invalid(secret, `${found}: give username and password, or token, or header.<name>`);
}

function basic(material: Material, secret: string): Fields | Problem {
  const username = textOf(material, 'username');
  const password = textOf(material, 'password');
  if (username === '' && password === '') return invalid(secret, 'has neither a username nor a password');
  // RFC 7617, 2: what stands before the first colon is the name.
  if (username.includes(':'))
    return invalid(secret, 'has a colon in username, which Basic authentication cannot carry');
  return [['authorization', `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`]];
}

function bearer(material: Material): Fields {
  return [['authorization', `Bearer ${textOf(material, 'token')}`]];
}

function headerField(material: Material, key: string): Fields[number] {
  return [key.slice(headerPrefix.length).toLowerCase(), textOf(material, key)];
}

/** Without the line end that editors and `echo` leave behind. */
function textOf(material: Material, key: string): string {
  return (material.text(key) ?? '').replace(/\r?\n$/, '');
}

/** Header fields that frame a message or that the gateway states itself; as `spec.backend.headers` refuses them. */
const reserved =
  /^(?:x-forwarded-.*|proxy-.*|connection|content-length|expect|forwarded|host|keep-alive|te|traceparent|tracestate|trailer|transfer-encoding|upgrade|via|x-request-id|x-real-ip)$/;

function judgeFields(fields: Fields, secret: string): CompiledBackendCredential | Problem {
  if (fields.length > mostHeaders) return invalid(secret, `has more than ${mostHeaders} header fields`);
  for (const [name, value] of fields) {
    if (!/^[a-z0-9-]{1,63}$/.test(name)) return invalid(secret, `names a header field "${name}" that cannot be one`);
    if (reserved.test(name))
      return invalid(secret, `names the header field "${name}", which the gateway states itself`);
    const isText = /^[!-~](?:[ -~]*[!-~])?$/.test(value);
    if (!isText || value.length > longestValue) {
      return invalid(secret, `has a value for "${name}" that is empty, too long or not printable ASCII`);
    }
  }
  return { secretHeaders: Object.fromEntries(fields.toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}

function invalid(secret: string, what: string): Problem {
  return { reason: 'InvalidSecret', message: `${field}: Secret "${secret}" ${what}` };
}
