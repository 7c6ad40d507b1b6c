/**
 * Returns a user as the first word of a rule in sudoers(5), or undefined if no spelling of the name means only that user.
 * A bare word in capitals is an alias, and ALL means every user; in quotes it is a name. "%", "+" and "#" mean groups,
 * netgroups and ids even in quotes.
 */
export function sudoersUser(name: string): string | undefined {
  if (/^[a-z_][a-z0-9_-]*$/.test(name)) return name;
  return /^(?![%+#!&:@])[^"\\\0-\x1f\x7f-\x9f]+$/.test(name) ? `"${name}"` : undefined;
}
