/** An expression of a template. */
export type Expr =
  | { readonly is: 'value'; readonly value: unknown }
  | { readonly is: 'name'; readonly name: string; readonly line: number }
  | { readonly is: 'member'; readonly of: Expr; readonly key: Expr; readonly line: number }
  | {
      readonly is: 'slice';
      readonly of: Expr;
      readonly from?: Expr | undefined;
      readonly to?: Expr | undefined;
      readonly line: number;
    }
  | { readonly is: 'list'; readonly items: readonly Expr[]; readonly line: number }
  | { readonly is: 'dict'; readonly entries: readonly (readonly [Expr, Expr])[]; readonly line: number }
  | { readonly is: 'unary'; readonly sign: 'not' | '-' | '+'; readonly of: Expr; readonly line: number }
  | { readonly is: 'binary'; readonly sign: string; readonly left: Expr; readonly right: Expr; readonly line: number }
  | { readonly is: 'choice'; readonly test: Expr; readonly yes: Expr; readonly no: Expr | undefined }
  | { readonly is: 'filter'; readonly name: string; readonly of: Expr; readonly args: CallArgs; readonly line: number }
  | { readonly is: 'test'; readonly name: string; readonly of: Expr; readonly args: CallArgs; readonly line: number }
  | { readonly is: 'call'; readonly of: Expr; readonly args: CallArgs; readonly line: number };

export interface CallArgs {
  readonly list: readonly Expr[];
  readonly named: ReadonlyMap<string, Expr>;
}

/** A statement of a template. */
export type Statement =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'print'; readonly of: Expr; readonly line: number }
  | { readonly is: 'if'; readonly branches: readonly (readonly [Expr | undefined, readonly Statement[]])[] }
  | {
      readonly is: 'for';
      readonly names: readonly string[];
      readonly over: Expr;
      readonly only: Expr | undefined;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
      readonly line: number;
    }
  | { readonly is: 'set'; readonly names: readonly string[]; readonly of: Expr; readonly line: number }
  | { readonly is: 'set-block'; readonly name: string; readonly body: readonly Statement[]; readonly line: number };
