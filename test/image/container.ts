import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { node, root, until } from '../e2e/process.ts'

/** Images and containers of the test's own: nothing of the machine's is looked at or changed. */
export interface Storage {
  readonly directory: string
}

const storageArgs = ({ directory }: Storage): string[] => [
  '--root',
  join(directory, 'storage'),
  '--runroot',
  join(directory, 'run'),
  '--storage-driver',
  'vfs',
]

/** buildah is there, and what the stand-ins are made from: Debian's packages. */
export const canBuild =
  process.getuid?.() === 0 &&
  ['buildah', 'dpkg', 'unshare', 'ip'].every((name) => spawnSync('which', [name]).status === 0)

const execute = promisify(execFile)

export async function buildah(storage: Storage, ...args: string[]): Promise<string> {
  const { stdout } = await execute('buildah', [...storageArgs(storage), ...args], { cwd: root, maxBuffer: 1 << 26 })
  return stdout.trim()
}

/** Builds the Dockerfile as it is on stand-ins for its base images; returns the image's settings and its files. */
export async function buildImage(storage: Storage, buildArgs: Readonly<Record<string, string>>): Promise<Image> {
  const env = { ...process.env, STORAGE_ARGS: storageArgs(storage).join(' ') }
  await execute(join(root, 'test/image/stand-ins.sh'), [node], { env })
  const args = Object.entries(buildArgs).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`])
  // HEALTHCHECK is a setting of Docker's format, which the OCI format lacks.
  const how = ['--isolation', 'chroot', '--pull=never', '--format', 'docker', '--quiet', '--tag', 'hopwatch']
  await buildah(storage, 'bud', ...how, ...args, '.')
  const inspected = JSON.parse(await buildah(storage, 'inspect', '--type', 'image', 'hopwatch')) as {
    Docker: { config: ImageSettings }
  }
  const container = await buildah(storage, 'from', '--pull=never', 'hopwatch')
  return { files: await buildah(storage, 'mount', container), settings: inspected.Docker.config }
}

export interface ImageSettings {
  readonly User: string
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly Cmd: readonly string[]
  readonly WorkingDir: string
  readonly Volumes: Readonly<Record<string, unknown>>
  readonly Labels: Readonly<Record<string, string>>
  readonly Healthcheck: { readonly Test: readonly string[] }
}

export interface Image {
  /** Where its files are mounted. */
  readonly files: string
  readonly settings: ImageSettings
}

export interface Container {
  readonly printed: { text: string }
  readonly ended: Promise<number | null>
  /** Id of its first process, as this machine counts. */
  pid(): number
  signal(name: NodeJS.Signals): void
  /** What a process beside it in its network prints, and how that ends. */
  beside(command: string, ...args: string[]): { readonly status: number | null; readonly stdout: string }
  /** Answers of its HTTP server, asked from within its network. */
  get(path: string): Promise<{ readonly status: number; readonly text: string } | undefined>
}

/** Read-only but for the volumes; processes, mounts and network of its own; then the image's user, without any privilege. */
const setUp = `
set -e
files=$1 directory=$2 user=$3 volumes=$4
shift 4
ip link set lo up
mount --make-rprivate /
mount --bind "$files" "$files"
mount -o remount,bind,ro "$files"
mount -t proc proc "$files/proc"
for volume in $volumes; do mount -t tmpfs -o "uid=\${user%:*},gid=\${user#*:},mode=0755" tmpfs "$files$volume"; done
exec setpriv --clear-groups --no-new-privs unshare --root="$files" --wd="$directory" \\
  --setgid="\${user#*:}" --setuid="\${user%:*}" -- "$@"
`

/** Starts the image as a container runtime would: its settings, besides what is given here. Whoever starts it ends it. */
export function runContainer(
  { files, settings }: Image,
  {
    args = settings.Cmd,
    env = {},
  }: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> },
): Container {
  const environment = Object.fromEntries(
    settings.Env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const own = [files, settings.WorkingDir, settings.User, Object.keys(settings.Volumes).join(' ')]
  const child: ChildProcess = spawn(
    'unshare',
    [
      '--mount',
      '--pid',
      '--net',
      '--fork',
      '--kill-child',
      'sh',
      '-c',
      setUp,
      'sh',
      ...own,
      ...settings.Entrypoint,
      ...args,
    ],
    { env: { ...environment, PATH: `${environment.PATH}:/usr/sbin:/sbin`, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const printed = { text: '' }
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (printed.text += text))
  const pid = () => Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')[0])
  const beside: Container['beside'] = (command, ...rest) => {
    const { status, stdout } = spawnSync('nsenter', ['--target', String(pid()), '--net', command, ...rest], {
      encoding: 'utf8',
    })
    return { status, stdout }
  }
  return {
    printed,
    ended: new Promise((resolve) => child.once('close', (code) => resolve(code))),
    pid,
    signal: (name) => {
      if (child.exitCode === null && existsSync(`/proc/${child.pid}`)) process.kill(pid(), name)
    },
    beside,
    get: async (path) => {
      const ask = `const r = await fetch('http://127.0.0.1:9464${path}'); console.log(JSON.stringify({ status: r.status, text: await r.text() }))`
      const { stdout } = beside(node, '--input-type=module', '-e', ask)
      return stdout === '' ? undefined : (JSON.parse(stdout) as { status: number; text: string })
    },
  }
}

/** Asks until the container answers with this status. */
export const answers = (container: Container, path: string, status = 200) =>
  until(`${status} from ${path}`, async () => {
    const answer = await container.get(path)
    return answer?.status === status && answer
  })
