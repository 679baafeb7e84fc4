import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent } from 'undici';
import { apiServerArguments, controllerManagerArguments, etcdArguments } from '#tools/controlplane/arguments.ts';
import type { Program } from '#tools/controlplane/binaries.ts';
import { answersOk } from '#tools/controlplane/control-plane.ts';
import { ManagedProcess } from '#tools/controlplane/managed-process.ts';
import { containerdConfig, dnsConfig, kubeletConfig, kubeProxyConfig, networkConfig } from './configs.ts';
import type { Credentials, FrontProxy } from './credentials.ts';
import { addresses, apiServerUrl, type ClusterFolder, nodeName, nodePrograms } from './layout.ts';
import { metricsServerArguments, metricsServerHealth, metricsServerProgram } from './metrics-server.ts';
import { importPauseImage } from './pause-image.ts';

/** One cluster in the making. */
export interface Site {
  readonly folder: ClusterFolder;
  readonly programs: Readonly<Record<Program, string>>;
  readonly credentials: Credentials;
  /** In which all programs of the node run. */
  readonly env: NodeJS.ProcessEnv;
}

/** One program of the node. */
export interface NodeProcess {
  readonly name: string;
  readonly process: ManagedProcess;
  /** What is done once it serves. */
  readonly after?: () => Promise<void>;
}

interface Start {
  readonly command: string;
  readonly args: readonly string[];
  readonly ready: () => Promise<boolean>;
}

const unverified = new Agent({ connect: { rejectUnauthorized: false } }); // certificates of their own making

export function controlPlaneProcesses(site: Site): NodeProcess[] {
  const { programs, credentials } = site;
  const { layout, kubeletClient, frontProxy, kubeconfigs } = credentials;
  const apiServerFlags = [
    ...['--bind-address=0.0.0.0', `--advertise-address=${addresses.node}`],
    `--kubelet-client-certificate=${kubeletClient.certFile}`,
    `--kubelet-client-key=${kubeletClient.keyFile}`,
    `--kubelet-certificate-authority=${layout.caFile}`,
    '--kubelet-preferred-address-types=InternalIP',
    ...aggregationFlags(frontProxy),
  ];
  return [
    launch(site, 'etcd', {
      ...{ command: programs.etcd, args: etcdArguments(layout) },
      ready: () => answersOk(`${layout.etcdUrl}/readyz`),
    }),
    launch(site, 'kube-apiserver', {
      command: programs['kube-apiserver'],
      args: apiServerArguments(layout, apiServerFlags),
      ready: apiServerReady(site),
    }),
    launch(site, 'kube-controller-manager', {
      command: programs['kube-controller-manager'],
      args: [
        ...controllerManagerArguments(layout, kubeconfigs.controllerManager, 10257),
        // There is no other node that could take the pods of this one, which a manager that has just lost the API server
        // for half a minute would otherwise take out of all Services by what it knew before.
        '--node-monitor-grace-period=10m',
        // Three times as often as by default, and fewer pods after 20 s instead of 5 minutes: nobody waits that long here.
        ...['--horizontal-pod-autoscaler-sync-period=5s', '--horizontal-pod-autoscaler-downscale-stabilization=20s'],
      ],
      ready: () => answersOk('https://127.0.0.1:10257/healthz', unverified),
    }),
    launch(site, 'kube-scheduler', {
      command: programs['kube-scheduler'],
      args: [`--kubeconfig=${kubeconfigs.scheduler}`, '--leader-elect=false', '--bind-address=127.0.0.1'],
      ready: () => answersOk('https://127.0.0.1:10259/healthz', unverified),
    }),
  ];
}

/** How calls of APIs that other servers answer reach those: straight, and in the name of who made them. */
function aggregationFlags({ client, name, caFile }: FrontProxy): string[] {
  return [
    '--enable-aggregator-routing=true',
    ...[`--proxy-client-cert-file=${client.certFile}`, `--proxy-client-key-file=${client.keyFile}`],
    ...[`--requestheader-client-ca-file=${caFile}`, `--requestheader-allowed-names=${name}`],
    ...['--requestheader-username-headers=X-Remote-User', '--requestheader-group-headers=X-Remote-Group'],
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
  ];
}

function apiServerReady({ credentials }: Site): () => Promise<boolean> {
  const { layout, admin } = credentials;
  return async () => {
    const connect = {
      ca: readFileSync(layout.caFile),
      cert: readFileSync(admin.certFile),
      key: readFileSync(admin.keyFile),
    };
    const agent = new Agent({ connect });
    const ok = await answersOk(`${apiServerUrl}/readyz`, agent);
    await agent.destroy();
    return ok;
  };
}

/** Writes what the programs are told in files, and gives them in the order in which they start. */
export async function nodeProcesses(site: Site, snapshotter: 'overlayfs' | 'native'): Promise<NodeProcess[]> {
  const { folder, programs, credentials, env } = site;
  const { kubeconfigs, layout, kubeletServer } = credentials;
  const { bin, root } = nodePrograms(process.env);
  const file = (name: string) => join(folder.config, name);
  await mkdir(file('cni'), { recursive: true });
  await writeFile(
    file('containerd.toml'),
    containerdConfig(folder, { cniPlugins: join(root, 'usr/lib/cni'), snapshotter }),
  );
  await writeFile(file('cni/pods.conflist'), networkConfig());
  await writeFile(file('kubelet.json'), kubeletConfig(folder, { caFile: layout.caFile, ...kubeletServer }));
  await writeFile(file('kube-proxy.json'), kubeProxyConfig(kubeconfigs.kubeProxy));
  await writeFile(file('Corefile'), dnsConfig(kubeconfigs.coredns));
  await writeFile(file('resolv.conf'), `nameserver ${addresses.bridge}\n`);
  return [
    {
      ...launch(site, 'containerd', {
        ...{ command: join(bin, 'containerd'), args: ['--config', file('containerd.toml')] },
        ready: async () => existsSync(folder.containerd),
      }),
      after: () => importPauseImage(folder, env),
    },
    launch(site, 'coredns', {
      ...{ command: programs.coredns, args: ['-conf', file('Corefile')] },
      ready: () => answersOk('http://127.0.0.1:8181/ready'),
    }),
    launch(site, 'kubelet', {
      command: programs.kubelet,
      args: [
        ...['--config', file('kubelet.json'), '--kubeconfig', kubeconfigs.kubelet],
        ...[`--hostname-override=${nodeName}`, `--node-ip=${addresses.node}`],
      ],
      ready: () => answersOk('http://127.0.0.1:10248/healthz'),
    }),
    // After the kubelet: it waits for the node's own object.
    launch(site, 'kube-proxy', {
      ...{ command: programs['kube-proxy'], args: ['--config', file('kube-proxy.json')] },
      ready: () => answersOk('http://127.0.0.1:10256/healthz'),
    }),
    launch(site, 'metrics-server', {
      ...{ command: metricsServerProgram(), args: metricsServerArguments(credentials) },
      ready: () => answersOk(metricsServerHealth, unverified),
    }),
  ];
}

function launch({ folder, env }: Site, name: string, start: Start): NodeProcess {
  return { name, process: new ManagedProcess({ name, env, logFile: join(folder.logs, `${name}.log`), ...start }) };
}
