import { Problem } from '../../base/problem.ts';
import type { Waiting } from '../../engine/handler.ts';
import type { Host } from '../../host/host.ts';
import { lockHolder } from './lock-holder.ts';
import type { Manager } from './managers.ts';

/** How long another process may hold the lock, unless the settings say otherwise. */
const usualMs = 600_000;
const pauseMs = 1_000;

/** A wait for the lock of a package manager, reported while it lasts and limited as a whole. */
export interface LockWait {
  /** Resolves when no other process holds the lock; throws at the limit. */
  untilFree(): Promise<void>;
  /** Waits after the package manager has reported that the lock is held; throws at the limit. */
  again(pauseMs: number): Promise<void>;
  /** Reports the end of the wait, if there was one. */
  end(): void;
}

/** Returns the wait of one command: package managers wait without a word, so the lock is looked at before they start. */
export function lockWait(
  manager: Manager,
  host: Host,
  { waiting, limitMs = usualMs }: { readonly waiting?: Waiting | undefined; readonly limitMs?: number | undefined },
): LockWait {
  let since: number | undefined;
  let what = '';
  let noticeMs = 0;
  let isHolderKnown = false;
  const end = (): void => {
    if (since !== undefined && what !== '') waiting?.(what, host.now() - since, true);
    since = undefined;
    noticeMs = 0;
  };
  const pause = async (ms: number, holder: string, path: string): Promise<void> => {
    since ??= host.now();
    isHolderKnown = holder !== '';
    const passed = host.now() - since;
    if (passed >= limitMs) {
      end();
      const by = `${holder === '' ? 'another process' : holder} still holds ${path}`;
      throw new Problem('package-manager-locked', `${by} after ${Math.round(passed / 1000)} s`);
    }
    what = `waiting for the ${manager} lock${holder === '' ? '' : ` held by ${holder}`}`;
    if (passed >= noticeMs) {
      waiting?.(what, passed, false);
      noticeMs = Math.max(10_000, 2 * passed);
    }
    await host.sleep(Math.min(ms, limitMs - passed));
  };
  return {
    end,
    again: (ms) => pause(ms, '', `the ${manager} lock`),
    async untilFree() {
      for (;;) {
        const holder = await lockHolder(manager, host);
        // Without a known holder, only the next attempt shows whether the lock is free.
        if (!holder) return isHolderKnown ? end() : undefined;
        await pause(pauseMs, `${holder.name} (process ${holder.pid})`, holder.path);
      }
    },
  };
}
