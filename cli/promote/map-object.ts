import type { KubeObject } from '#api/object.ts';
import { type Direction, type Environments, type Table, translateName } from './environments.ts';

/** Something that has another name in the other environment, and nobody has said which. */
export interface Unmapped {
  readonly table: Table;
  readonly value: string;
  /** Field path, such as `spec.gatewayRefs[0]`. */
  readonly field: string;
}

export interface Mapped {
  readonly object: KubeObject;
  readonly unmapped: readonly Unmapped[];
}

/** Kinds that go from one environment to the next. All others belong to an environment. */
export const promotedKinds: ReadonlySet<string> = new Set(['ApiService', 'Subscription', 'ConfigMap']);

/** The same object for another environment: only names, addresses and references differ. Pure. */
export function mapObject(object: KubeObject, environments: Environments, direction: Direction): Mapped {
  const mapping = new Mapping(environments, direction);
  const { metadata } = object;
  const namespace = mapping.name('namespaces', metadata.namespace ?? '', 'metadata.namespace');
  const { spec } = object as { readonly spec?: unknown };
  return {
    object: {
      ...object,
      metadata: { ...metadata, ...(metadata.namespace === undefined ? {} : { namespace }) },
      ...(spec === undefined ? {} : { spec: mapping.value(spec, 'spec', '') }),
    },
    unmapped: mapping.unmapped,
  };
}

/** References to Secrets and ConfigMaps lie in the object's own namespace: they have a name only. */
const secretRefs: ReadonlySet<string> = new Set(['secretRef', 'credentialRef', 'clientCertificateRef']);
const addressFields: ReadonlySet<string> = new Set(['url', 'tokenUrl']);

class Mapping {
  readonly unmapped: Unmapped[] = [];
  readonly #environments: Environments;
  readonly #direction: Direction;

  constructor(environments: Environments, direction: Direction) {
    this.#environments = environments;
    this.#direction = direction;
  }

  /** What a name is in the other environment. Secrets and ConfigMaps are called alike unless somebody says otherwise. */
  name(table: Table, value: string, field: string): string {
    if (value === '') return value;
    const found = translateName(this.#environments, this.#direction, table, value);
    if (found !== undefined) return found;
    if (table !== 'secrets' && table !== 'configMaps') this.unmapped.push({ table, value, field });
    return value;
  }

  /** `key`: under which the value stands. */
  value(value: unknown, field: string, key: string): unknown {
    if (typeof value === 'string') return addressFields.has(key) ? this.name('addresses', value, field) : value;
    if (Array.isArray(value)) return value.map((item: unknown, index) => this.#item(item, `${field}[${index}]`, key));
    if (typeof value !== 'object' || value === null) return value;
    return this.#map(value as Readonly<Record<string, unknown>>, field, key);
  }

  #item(item: unknown, field: string, key: string): unknown {
    if (typeof item !== 'string') return this.value(item, field, key);
    if (field.startsWith('spec.hosts[')) return this.name('hosts', item, field);
    return field.startsWith('spec.visibleTo[') ? this.name('tenants', item, field) : item;
  }

  #map(map: Readonly<Record<string, unknown>>, field: string, key: string): unknown {
    const { name, namespace } = map;
    if (key === 'gatewayRefs' && typeof name === 'string') return this.#gateway(map, field);
    if (secretRefs.has(key) || (key === 'caRef' && map['kind'] === 'Secret'))
      return this.#renamed(map, 'secrets', field);
    if (key === 'configMapRef' || key === 'caRef') return this.#renamed(map, 'configMaps', field);
    const isReference = (/Refs?$/.test(key) || field.startsWith('spec.apis[')) && typeof namespace === 'string';
    if (isReference) return { ...map, namespace: this.name('namespaces', namespace, `${field}.namespace`) };
    const entries = Object.entries(map).map(([inner, value]) => [inner, this.value(value, `${field}.${inner}`, inner)]);
    return Object.fromEntries(entries);
  }

  #gateway(map: Readonly<Record<string, unknown>>, field: string): object {
    const whole = `${String(map['namespace'] ?? '')}/${String(map['name'])}`.replace(/^\//, '');
    const [namespace, name] = this.name('gateways', whole, field).split('/');
    return name === undefined ? { ...map, name: namespace } : { ...map, name, namespace };
  }

  #renamed(map: Readonly<Record<string, unknown>>, table: Table, field: string): object {
    const { name } = map;
    return typeof name === 'string' ? { ...map, name: this.name(table, name, field) } : map;
  }
}
