import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import type { ControlPlane } from '#tools/controlplane/control-plane.ts';

/** What the API server answered: HTTP status code and the object, or the `Status` that says why not. */
export interface Answer {
  readonly code: number;
  readonly body: { readonly message?: string; readonly [field: string]: unknown };
}

/** One user of the API server, on connections of their own. Unlike kubectl it costs no process for each request. */
export interface ApiUser {
  readonly kubeconfig: string;
  /** `path` begins with `/api` or `/apis` and may hold a query. */
  send(method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: object): Promise<Answer>;
  close(): Promise<void>;
}

/** Server-side apply for PATCH: JSON is YAML. */
const contentTypes = { PATCH: 'application/apply-patch+yaml' } as const satisfies Record<string, string>;

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority': string };
  }[];
  readonly users: readonly {
    readonly user: { readonly token?: string; readonly 'client-certificate'?: string; readonly 'client-key'?: string };
  }[];
}

/** Reads a kubeconfig as the test control plane writes it: JSON, one cluster, one user. */
export function apiUser(kubeconfig: string): ApiUser {
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  const { server, 'certificate-authority': caFile } = config.clusters[0]!.cluster;
  const { token, 'client-certificate': certFile, 'client-key': keyFile } = config.users[0]!.user;
  const identity =
    certFile === undefined || keyFile === undefined ? {} : { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  const agent = new Agent({ connections: 8, connect: { ca: readFileSync(caFile), ...identity } });
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    kubeconfig,
    send: async (method, path, body) => {
      const type = method === 'PATCH' ? contentTypes.PATCH : 'application/json';
      const response = await request(`${server}${path}`, {
        ...{ method, dispatcher: agent, body: body === undefined ? null : JSON.stringify(body) },
        headers: {
          ...authorization,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': type }),
        },
      });
      return { code: response.statusCode, body: (await response.body.json()) as Answer['body'] };
    },
    close: () => agent.close(),
  };
}

/** A user with a client certificate. */
export async function certificateUser(cluster: ControlPlane, user: string, groups: readonly string[] = []) {
  return apiUser(await cluster.clientFor(user, groups));
}

/** A ServiceAccount with a token; made when it is missing. */
export async function serviceAccountUser(cluster: ControlPlane, namespace: string, name: string) {
  return apiUser(await cluster.kubeconfigFor({ token: await cluster.serviceAccountToken(namespace, name) }));
}
