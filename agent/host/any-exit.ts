/** All exit codes, for programs whose output holds more information than the exit code. */
export const anyExit: readonly number[] = Array.from({ length: 256 }, (_, code) => code);
