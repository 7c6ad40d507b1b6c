/**
 * Stands in for `node:test` while tests are counted: runs the body of each suite, even of one that would be skipped,
 * and no test. Registration must not need root or tools, as it need not for Node.
 */
let tests = 0;
const suites: Promise<unknown>[] = [];

const count = () => {
  tests++;
  return Promise.resolve();
};
const open = (...args: readonly unknown[]) => {
  const body = args.find((each) => typeof each === 'function');
  if (body) suites.push(Promise.resolve(body()));
  return Promise.resolve();
};
const nothing = () => {};

export const test = Object.assign(count, { skip: count, todo: count, only: count });
export const it = test;
export const describe = Object.assign(open, { skip: open, todo: open, only: open });
export const suite = describe;
export const [before, after, beforeEach, afterEach] = [nothing, nothing, nothing, nothing];
export default test;

/** How many tests the files that were imported have. */
export async function countTests(): Promise<number> {
  for (const each of suites) await each;
  return tests;
}
