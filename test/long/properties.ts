// The same tests as in `npm test`, on ten times as many cases.
process.env.BOOTAGENT_LONG = '1';
await import('../edits/fstab.test.ts');
await import('../resources/ssh/key-line.test.ts');
await import('../datasources/context.test.ts');
