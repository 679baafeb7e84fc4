import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the backend answers: 94 bytes, as small answers of real services are. */
export const answer = JSON.stringify({
  kode: '36.71',
  nama: 'Pemerintah Kota Tangerang',
  situs: 'https://tangerangkota.go.id',
  aktif: true,
}).padEnd(94);

/**
 * Arguments of an nginx that is one process and answers every call with {@link answer}; under `chunked` in chunks (a
 * filter that might change the length makes it forget the length), under `large` with 100 KiB.
 */
export async function nginxBackend(folder: string, port: number): Promise<string[]> {
  const large = join(folder, 'large');
  await writeFile(large, answer.repeat(Math.ceil((100 * 1024) / answer.length)).slice(0, 100 * 1024));
  return await nginx(folder, 'backend', [
    `server { listen 127.0.0.1:${port}; default_type application/json; client_max_body_size 1m;`,
    `  location / { return 200 '${answer}'; }`,
    `  location ~ /chunked$ { sub_filter never ever; sub_filter_types *; return 200 '${answer}'; }`,
    `  location ~ /large$ { alias ${large}; }`,
    '}',
  ]);
}

/** Arguments of an nginx that is one process and forwards every call over kept connections: the peer. */
export async function nginxProxy(
  folder: string,
  ports: { listen: number; secure: number; backend: number },
): Promise<string[]> {
  return await nginx(folder, 'proxy', [
    `upstream backend { server 127.0.0.1:${ports.backend}; keepalive 256; keepalive_requests 100000000; }`,
    `server { listen 127.0.0.1:${ports.listen}; listen 127.0.0.1:${ports.secure} ssl http2;`,
    `  ssl_certificate ${folder}/tls.crt; ssl_certificate_key ${folder}/tls.key;`,
    "  location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ''; }",
    '}',
  ]);
}

/**
 * Arguments of an nginx that looks a key up and counts each call in Redis, in Lua: what a team adds to nginx by hand. One
 * round trip for each call, over kept connections. `root`: where the Debian packages are unpacked.
 */
export async function nginxLua(
  folder: string,
  at: { listen: number; backend: number; redis: number; key: string; root: string },
): Promise<string[]> {
  const count = [
    "local names = { ['KEY'] = 'bench' }",
    'local name = names[ngx.var.http_x_api_key]',
    'if not name then return ngx.exit(401) end',
    "local redis = require('nginx.redis'):new()",
    `if not redis:connect('127.0.0.1', ${at.redis}) then return ngx.exit(503) end`,
    "local window = 'limit:' .. name .. ':' .. math.floor(ngx.time() / 60)",
    'local used = redis:incr(window)',
    'if used == 1 then redis:expire(window, 120) end',
    'redis:set_keepalive(60000, 256)',
    'if used > 1000000000 then return ngx.exit(429) end',
  ];
  const script = join(folder, 'count.lua');
  await writeFile(script, count.join('\n').replace('KEY', at.key));
  const modules = join(at.root, 'usr/lib/nginx/modules');
  const lua = join(at.root, 'usr/share/lua/5.1/?.lua');
  return await nginx(
    folder,
    'lua',
    [
      `lua_package_path '${lua};;';`,
      `upstream backend { server 127.0.0.1:${at.backend}; keepalive 256; keepalive_requests 100000000; }`,
      "log_format line escape=json '$time_iso8601 $request_method $uri $status $request_time $http_x_api_key';",
      `server { listen 127.0.0.1:${at.listen}; access_log /dev/null line buffer=64k flush=1s;`,
      `  location / { access_by_lua_file ${script}; proxy_pass http://backend; proxy_http_version 1.1;`,
      "  proxy_set_header Connection ''; }",
      '}',
    ],
    ['ndk_http_module', 'ngx_http_lua_module'].map((name) => `load_module ${modules}/${name}.so;`),
  );
}

async function nginx(
  folder: string,
  name: string,
  http: readonly string[],
  main: readonly string[] = [],
): Promise<string[]> {
  const home = join(folder, name);
  await mkdir(home, { recursive: true });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (what) => `${what}_temp_path ${home}/${what};`,
  );
  const lines = [
    ...main,
    `daemon off; master_process off; worker_processes 1; pid ${home}/pid; error_log stderr error;`,
    'events { worker_connections 8192; }',
    'http {',
    ...temporary,
    'access_log off; keepalive_requests 100000000; keepalive_timeout 3600s;',
    ...http,
    '}',
  ];
  const file = join(home, 'nginx.conf');
  await writeFile(file, `${lines.join('\n')}\n`);
  return ['-p', home, '-c', file];
}
