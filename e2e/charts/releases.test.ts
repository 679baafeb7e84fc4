import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { OperatorProgram } from '#e2e/operator/operator-program.ts';
import { until } from '#e2e/operator/waiting.ts';
import { compareAuditWithRules } from '#e2e/rbac/audit.ts';
import type { GrantedRole } from '#e2e/rbac/granted-roles.ts';
import { chartFolder, objectsOf, type Rendered, renderText } from '#tools/chart/cases.ts';
import { type ControlPlane, startControlPlane } from '#tools/controlplane/control-plane.ts';
import { helm } from '#tools/helm/helm.ts';

interface Listed {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly roleRef?: { readonly name: string };
  readonly subjects?: readonly { readonly namespace?: string }[];
}

const releases = [
  { name: 'simpul', namespace: 'simpul-system' },
  { name: 'banten', namespace: 'simpul-banten' },
] as const;

type Release = (typeof releases)[number];

const clusterScoped = 'clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings';
const namespaced = 'deployments,services,serviceaccounts,roles,rolebindings,poddisruptionbudgets,networkpolicies';

/** Helm installs into a real API server; the operators run beside it, with the arguments and the rights of their charts. */
describe('two releases in one cluster', () => {
  let cluster: ControlPlane;
  const operators: OperatorProgram[] = [];
  /** What each hook was given, by its user. */
  const hookRoles = new Map<string, GrantedRole[]>();

  before(async () => {
    cluster = await startControlPlane({ controllerManager: true, auditLog: true });
    for (const release of releases) await install(release);
    for (const release of releases) operators.push(await startOperator(release));
    await cluster.kubectl(['apply', '-f', '-'], JSON.stringify(tenants()));
    for (const { name } of releases) {
      await cluster.kubectl(['wait', `tenants.simpul.id/of-${name}`, '--for=condition=Ready', '--timeout=60s']);
    }
    for (const release of releases) await until('the gateway has its Deployment', () => deploymentOf(release));
  });
  after(async () => {
    for (const operator of operators) await operator.stop();
    await cluster?.stop();
  });

  test('each binds the roles of its own release, to itself and the members of its Tenants', async () => {
    for (const { name, namespace } of releases) {
      const bindings = await list('rolebindings', '-n', `of-${name}`);
      assert.deepEqual(bindings.map(({ roleRef }) => roleRef?.name).sort(), [
        `${name}-operator-tenant`,
        `${name}-tenant-viewer`,
      ]);
      const own = bindings.flatMap(({ subjects = [] }) => subjects.flatMap((subject) => subject.namespace ?? []));
      assert.deepEqual(own, [namespace]);
    }
  });

  test('each makes its own gateway, from its own namespace', async () => {
    const namespaces = await list('namespaces', '-l', 'simpul.id/compiled-for');
    const sources = namespaces.map(({ metadata }) => metadata.annotations?.['simpul.id/gateway']).sort();
    assert.deepEqual(sources, ['simpul-banten/public', 'simpul-system/public']);
  });

  test('another of the same name, in the same namespace or with the same class is refused', async () => {
    const third = { name: 'simpul', namespace: 'third' } as const;
    await assert.rejects(
      install(third),
      /cannot be imported into the current release.*simpul-system|must equal "third"/s,
    );
    const guest = { name: 'guest', namespace: 'simpul-system' } as const;
    await assert.rejects(install(guest), /cannot be imported into the current release|must equal "guest"/s);
    const rival = { name: 'rival', namespace: 'third' } as const;
    const sameClass = install(rival, ['--set', 'className=simpul']);
    await assert.rejects(sameClass, /"simpul-class-simpul".* cannot be imported into the current release/s);
    await cluster.kubectl(['delete', 'namespace', 'third', '--ignore-not-found', '--wait=false']);
  });

  test('the Job before an uninstall takes the gateway away, and its namespace with it', async () => {
    const [, second] = releases;
    const { code, output } = await runRemoval(second);
    assert.equal(code, 0, output);
    assert.match(output, /^DELETE .*simpul-banten\/apigateways\/public: 200$/m);
    const namespaces = await list('namespaces', '-l', 'simpul.id/compiled-for');
    const sources = namespaces.map(({ metadata }) => metadata.annotations?.['simpul.id/gateway']);
    assert.deepEqual(sources, ['simpul-system/public']);
  });

  test('an upgrade of one, and its end, leave every object of the other as it is', async () => {
    const [first, second] = releases;
    const before = await versions(first);
    assert.ok(before.length > 30, `${before.length} objects`);
    const flags = ['--namespace', second.namespace, '--no-hooks', '--set', 'operator.replicas=3'];
    await helm(['upgrade', second.name, chartFolder, ...flags], cluster.kubeconfig);
    await operators[1]?.stop();
    await helm(['uninstall', second.name, '--namespace', second.namespace, '--no-hooks'], cluster.kubeconfig);
    assert.deepEqual(await versions(first), before);
    assert.deepEqual(
      (await list(clusterScoped)).filter(({ metadata }) => metadata.name.startsWith('banten-')),
      [],
    );
    const crds = await cluster.kubectl(['get', 'crds', '-o', 'name']);
    assert.equal(crds.trim().split('\n').length, 6, 'the definitions stay');
  });

  test('the CRDs are brought up to date by the image of the chart, and never back', async () => {
    const name = 'tenants.simpul.id';
    const annotate = (version: string) =>
      cluster.kubectl(['annotate', 'crd', name, `simpul.id/version=${version}`, '--overwrite']);
    await cluster.kubectl([
      'patch',
      'crd',
      name,
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/spec/names/shortNames"}]',
    ]);
    await annotate('99.0.0');
    await applyCrds();
    assert.equal(await shortNames(), '', 'a newer one stays');
    await annotate('0.0.1');
    await cluster.kubectl(['delete', 'crd', 'approvals.simpul.id']);
    await applyCrds();
    assert.equal(await shortNames(), '["tnt"]');
    await cluster.kubectl(['get', 'crd', 'approvals.simpul.id']);
    async function shortNames(): Promise<string> {
      return await cluster.kubectl(['get', 'crd', name, '-o', 'jsonpath={.spec.names.shortNames}']);
    }
  });

  test('another installation brings the CRDs up to date, too, though a Job wrote them last', async () => {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'simpul-newer-'));
    stack.defer(() => rm(folder, { recursive: true }));
    await cp(chartFolder, folder, { recursive: true });
    const file = join(folder, 'crds/tenants.yaml');
    const newer = (await readFile(file, 'utf8')).replace('shortNames: [tnt]', 'shortNames: [tnt, newer]');
    await writeFile(file, newer.replace(/simpul.id\/version: .*/, 'simpul.id/version: 99.0.0'));
    await applyCrds();
    const place = ['--namespace', 'simpul-third', '--create-namespace', '--no-hooks'];
    await helm(['install', 'third', folder, ...place], cluster.kubeconfig);
    const names = ['get', 'crd', 'tenants.simpul.id', '-o', 'jsonpath={.spec.names.shortNames}'];
    assert.equal(await cluster.kubectl(names), '["tnt","newer"]');
    await helm(['uninstall', 'third', '--namespace', 'simpul-third', '--no-hooks'], cluster.kubeconfig);
  });

  test('the rights of the Jobs around upgrade and uninstall are enough, and they use all of them', async () => {
    assert.deepEqual([...hookRoles.keys()].sort(), [
      'system:serviceaccount:simpul-banten:simpul-gateway-removal',
      'system:serviceaccount:simpul-system:simpul-crd-upgrade',
    ]);
    for (const [user, roles] of hookRoles) {
      const compared = await compareAuditWithRules(cluster.auditLog ?? '', roles, user);
      assert.deepEqual(compared, { missing: [], unused: [], refused: [] }, user);
    }
  });

  async function install(
    { name, namespace }: { readonly name: string; readonly namespace: string },
    more: readonly string[] = [],
  ): Promise<void> {
    const args = ['install', name, chartFolder, '--namespace', namespace, '--create-namespace', ...more];
    await helm(args, cluster.kubeconfig);
  }

  /** Its Deployment's arguments, and the rights of its ServiceAccount. */
  async function startOperator({ namespace }: Release): Promise<OperatorProgram> {
    const path = 'jsonpath={.spec.template.spec.containers[0].args}';
    const said = await cluster.kubectl(['get', 'deployment', 'simpul-operator', '-n', namespace, '-o', path]);
    const token = await cluster.serviceAccountToken(namespace, 'simpul-operator');
    const args = [...(JSON.parse(said) as string[]), `--namespace=${namespace}`];
    const operator = new OperatorProgram(await cluster.kubeconfigFor({ token }), args);
    return await (await operator.untilReady()).untilWorking();
  }

  /** What the Job of `helm upgrade` runs, with the rights that the chart gives it. */
  async function applyCrds(): Promise<void> {
    await using hook = await startHook(releases[0], 'crds/upgrade.yaml', 'simpul-crd-upgrade');
    const { token } = hook;
    const program = new OperatorProgram(await cluster.kubeconfigFor({ token }), ['--apply-crds']);
    const { code } = await program.ended;
    assert.equal(code, 0, program.output);
  }

  /** What the Job of `helm uninstall` runs, with the rights that the chart gives it. */
  async function runRemoval(release: Release): Promise<{ readonly code: number | null; readonly output: string }> {
    await using hook = await startHook(release, 'gateway/removal.yaml', 'simpul-gateway-removal');
    const { token, job } = hook;
    const file = join(cluster.folder, 'removal-token');
    await writeFile(file, token);
    const { template } = job['spec'] as { template: { spec: { containers: { command: string[]; args: string[] }[] } } };
    const [container] = template.spec.containers;
    const script = container?.args[0]?.replace('/var/run/secrets/kubernetes.io/serviceaccount/token', file) ?? '';
    const { hostname, port } = new URL(cluster.url);
    const where = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    const flags = container?.command.slice(1) ?? [];
    const { status, stdout, stderr } = await runNode([...flags, script], {
      ...where,
      NODE_EXTRA_CA_CERTS: cluster.caFile,
    });
    return { code: status, output: `${stdout}${stderr}` };
  }

  /** The rights of a hook, as long as it is in use; a token for them, and the Job. */
  async function startHook(
    { name, namespace }: Release,
    file: string,
    account: string,
  ): Promise<AsyncDisposable & { readonly token: string; readonly job: Rendered }> {
    const rendered = await renderText({ release: name, namespace, args: ['--show-only', `templates/${file}`] });
    const objects = objectsOf(rendered);
    const rights = objects.filter(({ kind }) => kind !== 'Job');
    hookRoles.set(`system:serviceaccount:${namespace}:${account}`, rolesOf(rights));
    const all = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: rights });
    await cluster.kubectl(['apply', '-f', '-'], all);
    const job = objects.find(({ kind }) => kind === 'Job');
    assert.ok(job);
    const end = async (): Promise<void> => void (await cluster.kubectl(['delete', '-f', '-'], all));
    return { token: await cluster.serviceAccountToken(namespace, account), job, [Symbol.asyncDispose]: end };
  }

  async function deploymentOf({ namespace }: Release): Promise<boolean> {
    const found = await list('deployments', '-A', '-l', 'app.kubernetes.io/name=simpul-gateway');
    const namespaces = await list('namespaces', '-l', 'simpul.id/compiled-for');
    const own = namespaces.filter(
      ({ metadata }) => metadata.annotations?.['simpul.id/gateway'] === `${namespace}/public`,
    );
    return own.some((compiled) => found.some(({ metadata }) => metadata.namespace === compiled.metadata.name));
  }

  async function list(...args: readonly string[]): Promise<readonly Listed[]> {
    const said = await cluster.kubectl(['get', ...args, '-o', 'json']);
    return (JSON.parse(said) as { items: readonly Listed[] }).items;
  }

  /** Every object that a release made, with its version. */
  async function versions({ name, namespace }: Release): Promise<string[]> {
    const label = `app.kubernetes.io/instance=${name}`;
    const found = [
      ...(await list(clusterScoped, '-l', label)),
      ...(await list(namespaced, '-n', namespace, '-l', label)),
    ];
    // A Deployment's status moves by itself.
    return found
      .filter(({ kind }) => kind !== 'Deployment')
      .map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion}`);
  }
});

function rolesOf(objects: readonly Rendered[]): GrantedRole[] {
  return objects.flatMap(({ kind, metadata: { name }, ...rest }) =>
    kind === 'Role' || kind === 'ClusterRole' ? [{ kind, name, rules: rest['rules'] as GrantedRole['rules'] }] : [],
  );
}

function tenants(): object {
  const items = releases.map(({ name }) => ({
    apiVersion: 'simpul.id/v1alpha1',
    kind: 'Tenant',
    metadata: { name: `of-${name}` },
    spec: { className: name, displayName: name, members: [{ kind: 'User', name: 'watcher', role: 'Viewer' }] },
  }));
  return { apiVersion: 'v1', kind: 'List', items };
}

async function runNode(args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [[status], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { status, stdout, stderr };
}
