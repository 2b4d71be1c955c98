import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** nginx in a directory of its own, which goes with `remove`. */
export interface NginxFolder {
  readonly args: readonly string[]
  remove(): Promise<void>
}

/** `http` is what stands within `http { }`. */
export async function prepareNginx(http: string): Promise<NginxFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'portal-nginx-'))
  // Started by root, its workers are somebody else.
  await chmod(folder, 0o755)
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const file = join(folder, 'nginx.conf')
  await writeFile(
    file,
    `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 256; }
http {
  access_log off;
${kinds.map((kind) => `  ${kind}_temp_path ${folder}/${kind};`).join('\n')}
${http}
}
`,
  )
  return {
    args: ['-e', 'stderr', '-p', folder, '-c', file],
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Each request to the next node in turn. */
export const roundRobin = (port: number, nodes: readonly number[]): string => `
  upstream nodes {
${nodes.map((node) => `    server 127.0.0.1:${node};`).join('\n')}
  }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://nodes; }
  }`
