// Object.keys of a Map is empty, and JSON.stringify of a Map is "{}": TypeScript accepts both. These overloads return a type that
// nothing can use, so that such a call does not compile.

/** The result of a call that reads the properties of a Map or Set instead of its entries. */
interface MapHasNoKeys {
  readonly 'use the methods of the Map or Set': never;
}

type AnyMapOrSet = ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>;

/** Accepts a Map or Set only; a value of the type `any` falls through to the ordinary overloads. */
type OnlyMapOrSet<T> = 0 extends 1 & T ? never : T;

interface ObjectConstructor {
  keys<T extends AnyMapOrSet>(map: OnlyMapOrSet<T>): MapHasNoKeys;
  values<T extends AnyMapOrSet>(map: OnlyMapOrSet<T>): MapHasNoKeys;
  entries<T extends AnyMapOrSet>(map: OnlyMapOrSet<T>): MapHasNoKeys;
  assign<T extends AnyMapOrSet>(target: object, map: OnlyMapOrSet<T>): MapHasNoKeys;
}

interface JSON {
  stringify<T extends AnyMapOrSet>(map: OnlyMapOrSet<T>): MapHasNoKeys;
}
