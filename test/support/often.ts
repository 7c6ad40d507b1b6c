/** How many made-up cases a property is tried on: a tenth where somebody waits, all of them in `npm run test:long`. */
export const often = (all: number): number => (process.env.BOOTAGENT_LONG ? all : Math.ceil(all / 10));
