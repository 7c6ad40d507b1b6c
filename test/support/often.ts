/** Returns the number of generated cases for a property: a tenth of `all` by default, all of them in `npm run test:long`. */
export const often = (all: number): number => (process.env.BOOTAGENT_LONG ? all : Math.ceil(all / 10));
