import { writeSync } from 'node:fs';

interface Running {
  readonly name: string;
  readonly file?: string | undefined;
  readonly testId?: number;
  readonly entryFile?: string;
}

/** Lists the running tests if none has ended for `silentMs`, and at SIGTERM, so that a test that hangs is named. */
export function watchSilence(silentMs = Number(process.env.BOOTAGENT_TEST_SILENT_MS ?? 60_000)): {
  began(test: Running): void;
  ended(test: Running): void;
  stop(): void;
} {
  const running = new Map<string, { readonly test: Running; readonly since: number }>();
  const keyOf = ({ file, entryFile, testId, name }: Running) => `${entryFile ?? file} ${testId ?? name} ${entryFile}`;
  const tell = () => {
    const names = [...running.values()].map(
      ({ test, since }) => `  ${Math.round((performance.now() - since) / 1000)} s ${test.file}: ${test.name}`,
    );
    writeSync(2, `\nstill running:\n${names.join('\n')}\n`);
  };
  let timer = setInterval(tell, silentMs).unref();
  process.once('SIGTERM', tell);
  return {
    began: (test) => running.set(keyOf(test), { test, since: performance.now() }),
    ended(test) {
      running.delete(keyOf(test));
      timer = timer.refresh();
    },
    stop() {
      clearInterval(timer);
      process.removeListener('SIGTERM', tell);
    },
  };
}
