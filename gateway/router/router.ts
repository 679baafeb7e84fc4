/** What a router needs to know of an API. */
export interface Routable {
  /** Lower case; empty: every host that no other Tenant claims. */
  readonly hosts: readonly string[];
  /** Normalised; `/` alone or without trailing slash. */
  readonly basePath: string;
  readonly tenantId: string;
}

/** Who owns a host; the router only asks. */
export type HostOwner = (host: string) => string | undefined;

/**
 * From host and path to the API with the longest base path that matches by whole segments:
 *
 *   host of its own ──▶ routes of that host ── none ──▶ routes of every host (on a claimed host: its Tenant's only) ── none ──▶ null
 *
 * One trie of segments for each host, changed in place: a lookup costs one map access for each segment of the base
 * path, a change the same. Two APIs at one place: the first keeps it, the other waits (the operator refuses it earlier).
 */
export class Router<Api extends Routable> {
  readonly #byHost = new Map<string, RouteNode<Api>>();
  readonly #everyHost = new RouteNode<Api>();
  readonly #ownerOf: HostOwner;

  constructor(ownerOf: HostOwner) {
    this.#ownerOf = ownerOf;
  }

  /** `host` and `path` are normalised. */
  match(host: string, path: string): Api | null {
    const own = this.#byHost.get(host);
    const found = own === undefined ? null : deepest(own, path, undefined);
    return found ?? deepest(this.#everyHost, path, this.#ownerOf(host));
  }

  add(api: Api): void {
    for (const root of this.#roots(api)) grow(root, api.basePath).apis.push(api);
  }

  remove(api: Api): void {
    for (const root of this.#roots(api)) prune(root, segmentsOf(api.basePath), api);
    for (const host of api.hosts) if (this.#byHost.get(host)?.isEmpty()) this.#byHost.delete(host);
  }

  /** As remove and add, but an API that stays where it was keeps its place before others that wait for it. */
  replace(previous: Api, next: Api): void {
    if (previous.basePath !== next.basePath || previous.hosts.join() !== next.hosts.join()) {
      this.remove(previous);
      this.add(next);
      return;
    }
    for (const root of this.#roots(next)) {
      const { apis } = grow(root, next.basePath);
      const index = apis.indexOf(previous);
      if (index < 0) apis.push(next);
      else apis[index] = next;
    }
  }

  #roots(api: Api): RouteNode<Api>[] {
    if (api.hosts.length === 0) return [this.#everyHost];
    return api.hosts.map((host) => {
      const existing = this.#byHost.get(host);
      if (existing !== undefined) return existing;
      const root = new RouteNode<Api>();
      this.#byHost.set(host, root);
      return root;
    });
  }
}

class RouteNode<Api> {
  readonly children = new Map<string, RouteNode<Api>>();
  /** In the order in which they came; the first (that may answer) serves. */
  readonly apis: Api[] = [];

  isEmpty(): boolean {
    return this.apis.length === 0 && this.children.size === 0;
  }
}

/** `tenantId` undefined: any Tenant's API may answer. */
function deepest<Api extends Routable>(root: RouteNode<Api>, path: string, tenantId: string | undefined): Api | null {
  let found = firstOf(root, tenantId);
  let node: RouteNode<Api> | undefined = root;
  for (let start = 1; start <= path.length && node.children.size > 0; ) {
    const next = path.indexOf('/', start);
    const end = next < 0 ? path.length : next;
    node = node.children.get(path.slice(start, end));
    if (node === undefined) break;
    found = firstOf(node, tenantId) ?? found;
    start = end + 1;
  }
  return found;
}

function firstOf<Api extends Routable>(node: RouteNode<Api>, tenantId: string | undefined): Api | null {
  const { apis } = node;
  if (apis.length === 0) return null;
  if (tenantId === undefined) return apis[0] ?? null;
  for (const api of apis) if (api.tenantId === tenantId) return api;
  return null;
}

function segmentsOf(basePath: string): string[] {
  return basePath === '/' ? [] : basePath.slice(1).split('/');
}

function grow<Api>(root: RouteNode<Api>, basePath: string): RouteNode<Api> {
  let node = root;
  for (const segment of segmentsOf(basePath)) {
    let child = node.children.get(segment);
    if (child === undefined) {
      child = new RouteNode<Api>();
      node.children.set(segment, child);
    }
    node = child;
  }
  return node;
}

/** Removes `api` and the nodes that hold nothing any more. */
function prune<Api>(node: RouteNode<Api>, segments: readonly string[], api: Api): void {
  const [segment, ...rest] = segments;
  if (segment === undefined) {
    const index = node.apis.indexOf(api);
    if (index >= 0) node.apis.splice(index, 1);
    return;
  }
  const child = node.children.get(segment);
  if (child === undefined) return;
  prune(child, rest, api);
  if (child.isEmpty()) node.children.delete(segment);
}
