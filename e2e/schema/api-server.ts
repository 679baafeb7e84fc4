import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import type { JsonObject } from '#kube/schema/json.ts';
import type { ControlPlane } from '#tools/controlplane/control-plane.ts';

/** A cause as the API server writes it. */
export interface Cause {
  readonly field: string;
  readonly message: string;
  readonly reason: string;
}

export interface Answer {
  readonly code: number;
  readonly body: JsonObject;
  readonly message: string;
  readonly causes: readonly Cause[];
}

/** Plain requests to a test control plane as its admin: nothing between the test and what the API server says. */
export class ApiServer {
  readonly #url: string;
  readonly #agent: Agent;

  constructor(controlPlane: ControlPlane) {
    this.#url = controlPlane.url;
    this.#agent = new Agent({
      connections: 4,
      connect: {
        ca: readFileSync(controlPlane.caFile),
        cert: readFileSync(controlPlane.admin.certFile),
        key: readFileSync(controlPlane.admin.keyFile),
      },
    });
  }

  async send(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<Answer> {
    const type = method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json';
    const answer = await request(`${this.#url}${path}`, {
      ...{ method, dispatcher: this.#agent, headers: { 'content-type': type } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const parsed = (await answer.body.json()) as JsonObject & { message?: string; details?: { causes?: Cause[] } };
    return {
      code: answer.statusCode,
      body: parsed,
      message: parsed.message ?? '',
      causes: answer.statusCode < 300 ? [] : (parsed.details?.causes ?? []),
    };
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}
