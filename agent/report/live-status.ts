import type { Event } from './event.ts';
import type { Activity, Summary } from './summary.ts';

/** Keeps the current activity in the status file up to date, if the activity takes long. */
export interface LiveStatus {
  follow(event: Event): void;
  /** Clears the current activity. */
  end(): void;
}

/** Shorter activities are not written, so a usual boot has no extra writes. */
const noticedMs = 1000;

export function liveStatus(summary: Summary, clock: () => number, write: () => void): LiveStatus {
  let timer: NodeJS.Timeout | undefined;
  let module: Activity | undefined;
  const begin = (now: Activity): void => {
    summary.now = now;
    timer ??= setTimeout(() => {
      timer = undefined;
      write();
    }, noticedMs).unref();
  };
  const end = (): void => {
    summary.now = undefined;
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    end,
    follow(event) {
      switch (event.event) {
        case 'module-began':
          module = { module: event.module, since: clock() };
          begin(module);
          return;
        case 'script-began': {
          const { item, of, command } = event.item;
          const text = `${item}/${of}${command === undefined ? '' : ` \`${command}\``}`;
          begin({ module: event.module, text, since: clock() });
          return;
        }
        case 'waiting':
          if (event.ended) {
            if (module) begin(module);
            else end();
            return;
          }
          summary.now = { module: event.module, text: event.what, since: clock() - event.ms };
          // Written at once: the wait is already long.
          write();
          return;
        case 'run-ended':
          end();
          return;
        default:
          return;
      }
    },
  };
}
