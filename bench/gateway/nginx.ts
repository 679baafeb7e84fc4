import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the backend answers: 94 bytes, as small answers of real services are. */
export const answer = JSON.stringify({
  kode: '36.71',
  nama: 'Pemerintah Kota Tangerang',
  situs: 'https://tangerangkota.go.id',
  aktif: true,
}).padEnd(94);

/** Arguments of an nginx that is one process and answers every call with {@link answer}. */
export async function nginxBackend(folder: string, port: number): Promise<string[]> {
  return await nginx(folder, 'backend', [
    `server { listen 127.0.0.1:${port}; location / { default_type application/json; return 200 '${answer}'; } }`,
  ]);
}

/** Arguments of an nginx that is one process and forwards every call over kept connections: the peer. */
export async function nginxProxy(folder: string, ports: { listen: number; backend: number }): Promise<string[]> {
  return await nginx(folder, 'proxy', [
    `upstream backend { server 127.0.0.1:${ports.backend}; keepalive 256; keepalive_requests 100000000; }`,
    `server { listen 127.0.0.1:${ports.listen};`,
    "  location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ''; }",
    '}',
  ]);
}

async function nginx(folder: string, name: string, http: readonly string[]): Promise<string[]> {
  const home = join(folder, name);
  await mkdir(home, { recursive: true });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (what) => `${what}_temp_path ${home}/${what};`,
  );
  const lines = [
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
