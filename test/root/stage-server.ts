import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { unable } from '../support/able.ts';
import { ended, makePipes } from '../support/stage-server.ts';

const skip = unable('unshare');
const top = join(import.meta.dirname, '../..');
const pipes = '/run/bootagent/stage-server';

/** Provides what both halves of a hand-over need from a boot: the pipes, the shell script, and the agent's own part. */
async function boot(use: (stage: (...words: readonly string[]) => Promise<Ended>) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-pipes-'));
  const program = join(folder, 'bootagent');
  writeFileSync(program, `#!/bin/sh\nexec ${process.execPath} ${top}/test/root/support/stage-server.ts "$@"\n`);
  chmodSync(program, 0o755);
  mkdirSync('/run/bootagent', { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/run/bootagent']);
  makePipes(pipes);
  const stage = async (...words: readonly string[]): Promise<Ended> => {
    const child = spawn('sh', [`${top}/systemd/reuse-agent`, program, 'run', ...words], {
      stdio: ['ignore', 'pipe', 2],
    });
    const { said, code } = await ended(child);
    return { said, code, pid: Number(/ as (\d+)/.exec(said)?.[1]) };
  };
  try {
    await use(stage);
  } finally {
    execFileSync('umount', ['/run/bootagent']);
    rmSync(folder, { recursive: true });
  }
}

interface Ended {
  readonly said: string;
  readonly code: number | null;
  readonly pid: number;
}

const isThere = (pid: number): boolean => existsSync(`/proc/${pid}`);

async function gone(pid: number): Promise<void> {
  for (let tries = 0; isThere(pid) && tries < 200; tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(isThere(pid), false, 'it is still there');
}

describe('both halves of a hand-over', { skip }, () => {
  test('one process does all stages, says each where it was asked for, and leaves', () =>
    boot(async (stage) => {
      const local = await stage('local');
      const early = await stage('early', 'main');
      const final = await stage('final');
      assert.deepEqual(
        [local, early, final].map(({ said, code }) => [said, code]),
        [
          [`did run local as ${local.pid}\n`, 0],
          [`did run early main as ${local.pid}\n`, 2],
          [`did run final as ${local.pid}\n`, 0],
        ],
      );
      await gone(local.pid);
    }));

  test('a call from nobody is not answered, and the next is', () =>
    boot(async (stage) => {
      const { pid } = await stage('local');
      for (const half of [undefined, '4711 /usr/bin/boot']) {
        if (half !== undefined) writeFileSync(join(pipes, 'asked'), half);
        process.kill(pid, 'SIGUSR2');
        await new Promise((resolve) => setTimeout(resolve, 100));
        assert.equal(isThere(pid), true);
      }
      rmSync(join(pipes, 'asked'));
      assert.equal((await stage('early', 'main')).pid, pid);
      assert.equal((await stage('final')).pid, pid);
      await gone(pid);
    }));

  test('nobody stays where nothing is due', () =>
    boot(async (stage) => {
      writeFileSync('/run/bootagent/nothing-due', '');
      const { pid } = await stage('local');
      await gone(pid);
      assert.equal(existsSync(join(pipes, 'waits')), false);
    }));

  test('where it cannot be asked, its own stage is none the worse', () =>
    boot(async (stage) => {
      // Blocks the path of the file that marks a waiting process.
      mkdirSync(join(pipes, 'waits'));
      const local = await stage('local');
      assert.equal(local.code, 0);
      await gone(local.pid);
      rmSync(join(pipes, 'waits'), { recursive: true });
      const early = await stage('early', 'main');
      assert.deepEqual([early.code, early.pid === local.pid], [2, false]);
    }));

  test('another unit is not served where it was given something of its own', () =>
    boot(async (stage) => {
      const { pid } = await stage('local');
      process.env.https_proxy = 'http://10.0.0.1:3128';
      const early = await stage('early', 'main');
      delete process.env.https_proxy;
      assert.deepEqual([early.code, early.pid === pid], [2, false]);
      await gone(pid);
      assert.equal(readFileSync(join(pipes, 'early.code'), 'utf8'), 'other\n');
    }));
});
