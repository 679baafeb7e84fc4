import { apiServerDown } from './api-server-down.ts';
import { certificateExpires } from './certificate-expires.ts';
import { clockSkew } from './clock-skew.ts';
import { dnsGone } from './dns-gone.ts';
import { eviction } from './eviction.ts';
import type { Fault } from './fault.ts';
import { gatewayKilled } from './gateway-killed.ts';
import { leaderKilled } from './leader-killed.ts';
import { logReaderStalled } from './log-reader-stalled.ts';
import { operatorKilled } from './operator-killed.ts';
import { redisReplaced } from './redis-replaced.ts';
import { rollingRestart } from './rolling-restart.ts';
import { upgrade } from './upgrade.ts';

/** In the order in which they happen, and stand in docs/faults.md. */
export const faults: readonly Fault[] = [
  rollingRestart,
  eviction,
  gatewayKilled,
  upgrade,
  leaderKilled,
  operatorKilled,
  apiServerDown,
  dnsGone,
  redisReplaced,
  clockSkew,
  certificateExpires,
  logReaderStalled, // last: it fills logs
];
