/** Most keys that one limit counts apart. Beyond it new keys share one counter, so a flood of addresses can not go round a limit. */
export const maxKeysPerLimit = 65_536;
/** Most keys in the whole process: some 50 MiB. */
export const maxKeys = 262_144;
