import { spawnSync } from 'node:child_process';

/** Returns why Python with this module is unavailable here, or false if it is available. */
export function missing(module: string): string | false {
  const { status } = spawnSync('python3', ['-c', `import ${module}`], { stdio: 'ignore' });
  return status === 0 ? false : `python3 has no module "${module}" here`;
}

/** Runs a Python program with JSON on its standard input, and returns the JSON from its standard output. */
export function ask(program: string, input: unknown): unknown {
  const options = { input: JSON.stringify(input), maxBuffer: 2 ** 30, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync('python3', ['-c', program], options);
  if (status !== 0) throw new Error(`python3 failed: ${stderr}`);
  return JSON.parse(stdout);
}
