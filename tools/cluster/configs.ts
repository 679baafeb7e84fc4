import { addresses, type ClusterFolder, nodeName, pauseImage } from './layout.ts';

/** Where the network plugins of Debian's package lie. */
export interface ProgramFolders {
  readonly cniPlugins: string;
  readonly snapshotter: 'overlayfs' | 'native';
}

/**
 * containerd of Debian 12 (1.6). `restrict_oom_score_adj`: without it every pod fails with "can't get final child's PID
 * from pipe" where root lacks CAP_SYS_RESOURCE, as in a container or a small virtual machine.
 */
export function containerdConfig(folder: ClusterFolder, { cniPlugins, snapshotter }: ProgramFolders): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "${folder.containerd}"
[${cri}]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
[${cri}.containerd]
  snapshotter = "${snapshotter}"
  default_runtime_name = "runc"
[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[${cri}.cni]
  bin_dir = "${cniPlugins}"
  conf_dir = "${folder.config}/cni"
`;
}

/** Every pod hangs on one bridge. Nothing here enforces NetworkPolicy. */
export function networkConfig(): string {
  const ipam = { type: 'host-local', ranges: [[{ subnet: addresses.pods }]], routes: [{ dst: '0.0.0.0/0' }] };
  const bridge = { type: 'bridge', bridge: 'cni0', isGateway: true, ipMasq: true, hairpinMode: true, ipam };
  const plugins = [bridge, { type: 'portmap', capabilities: { portMappings: true } }];
  return JSON.stringify({ cniVersion: '1.0.0', name: 'pods', plugins }, undefined, 2);
}

/** Client certificates alone say who may ask a kubelet. Disk is not judged: it is the machine's, and may be anything. */
export function kubeletConfig(folder: ClusterFolder, files: { caFile: string; certFile: string; keyFile: string }) {
  return JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${folder.containerd}`,
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    localStorageCapacityIsolation: false,
    imageGCHighThresholdPercent: 100,
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '0%', 'imagefs.available': '0%' },
    clusterDNS: [addresses.dns],
    clusterDomain: 'cluster.local',
    resolvConf: `${folder.config}/resolv.conf`,
    authentication: { anonymous: { enabled: false }, x509: { clientCAFile: files.caFile } },
    authorization: { mode: 'Webhook' },
    tlsCertFile: files.certFile,
    tlsPrivateKeyFile: files.keyFile,
    address: '0.0.0.0',
    healthzBindAddress: '127.0.0.1',
  });
}

export function kubeProxyConfig(kubeconfig: string): string {
  return JSON.stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig },
    clusterCIDR: addresses.pods,
    hostnameOverride: nodeName,
    mode: 'iptables',
    conntrack: { maxPerCore: 0, min: 0 },
    metricsBindAddress: '127.0.0.1:10249',
    healthzBindAddress: '127.0.0.1:10256',
  });
}

/** The cluster's names, and no others: the node has no way out, and says so at once instead of after a time-out. */
export function dnsConfig(kubeconfig: string): string {
  return `.:53 {
  bind ${addresses.bridge}
  errors
  ready 127.0.0.1:8181
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig ${kubeconfig}
    ttl 5
  }
  template ANY ANY . {
    rcode NXDOMAIN
  }
  cache 5
}
`;
}
