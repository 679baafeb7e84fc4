/** Credentials of one user, as files or as a token. */
export type UserCredential =
  | { readonly certFile: string; readonly keyFile: string }
  | { readonly token: string }
  | { readonly tokenFile: string };

/** A kubeconfig for one user of one API server. JSON is valid YAML, so no encoder is needed. */
export function buildKubeconfig(server: string, caFile: string, credential: UserCredential): string {
  return `${JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority': caFile } }],
    users: [{ name: 'user', user: userOf(credential) }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'user' } }],
    'current-context': 'test',
  })}\n`;
}

function userOf(credential: UserCredential): Record<string, string> {
  if ('token' in credential) return { token: credential.token };
  if ('tokenFile' in credential) return { tokenFile: credential.tokenFile };
  return { 'client-certificate': credential.certFile, 'client-key': credential.keyFile };
}
