import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** A server under a guard. */
export interface Guarded {
  readonly pid: number
  readonly guardian: ChildProcess
  /** The end of what the server wrote. */
  log(): string
}

/**
 * Runs the server, says its process id, and waits for its own input to end. A word on it means
 * that the server was ended in order; an end without a word means that whoever started it is
 * dead, killed perhaps: then the server, its children and its folder go as well.
 */
const guardian = `
folder=$1; shift
"$@" >>"$folder/server.log" 2>&1 &
pid=$!
echo $pid
read word
[ -n "$word" ] && exit 0
kill -STOP $pid 2>/dev/null
kill -KILL $pid $(ps -A -o pid=,ppid= | awk -v p=$pid '$2 == p { print $1 }') 2>/dev/null
wait $pid
rm -rf "$folder"
`

/** Starts a server whose life ends with this process's, even if this process is killed. */
export async function guard(
  command: readonly string[],
  folder: string,
  user: { readonly uid: number; readonly gid: number } | undefined,
): Promise<Guarded> {
  const child = spawn('/bin/sh', ['-c', guardian, 'guardian', folder, ...command], {
    stdio: ['pipe', 'pipe', 'ignore'],
    cwd: folder,
    detached: true,
    env: { PATH: process.env.PATH, LANG: 'C', LC_ALL: 'C' },
    ...user,
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  child.stdin.on('error', () => {})
  child.unref()
  for (const stream of [child.stdin, child.stdout]) (stream as unknown as { unref(): void }).unref()
  return {
    pid: Number(line.toString()),
    guardian: child,
    log() {
      try {
        return readFileSync(join(folder, 'server.log'), 'utf8').slice(-2000)
      } catch {
        return 'it wrote no log'
      }
    },
  }
}

/** Says whether a process is there and no zombie. */
export function isRunning(pid: number): boolean {
  try {
    const state = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
    return !state.trim().startsWith('Z')
  } catch {
    return false
  }
}

function childrenOf(pid: number): number[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child as number)
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it has ended already
  }
}

/** Sends a signal to a server and to its children, the server first: it starts no more of them. */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  send(pid, signal)
  for (const child of childrenOf(pid)) send(child, signal)
}

/** Kills a server with its children, and waits until they are gone. */
export async function killTree({ pid, guardian: shell }: Guarded): Promise<void> {
  send(pid, 'SIGSTOP')
  const all = [pid, ...childrenOf(pid)]
  for (const each of all) send(each, 'SIGKILL')
  if (shell.exitCode === null && shell.signalCode === null) shell.stdin?.write('ended\n')
  while (all.some(isRunning)) await pause(20)
}
