import { checkRow, checksumOf, DamagedRowError } from "./checksum.js";
import type { SqlRow, Statement } from "./connection.js";

/** The statements that the table uses. */
interface ArnStatements {
  readonly insertArn: Statement;
  readonly arnKey: Statement;
  readonly arn: Statement;
  readonly lastArn: Statement;
}

/** The table `arns`, with what was used last kept in memory. */
export class ArnTable {
  readonly #sql: ArnStatements;
  readonly #keys = new Map<string, number>();
  readonly #arns = new Map<number, string>();
  #last: number;
  /** Inserted by the open transaction. */
  #added: string[] = [];

  constructor(sql: ArnStatements) {
    this.#sql = sql;
    this.#last = (sql.lastArn.row()?.[0] as number | undefined) ?? 0;
  }

  /** The ARN's key; inserts the ARN, within the open transaction, where it is new. */
  key(arn: string): number {
    const known = this.known(arn);
    if (known !== undefined) return known;
    const key = this.#last + 1;
    this.#sql.insertArn.run(key, arn, checksumOf([key, arn]));
    this.#last = key;
    this.#added.push(arn);
    this.#remember(key, arn);
    return key;
  }

  /** The ARN's key, where it has one. */
  known(arn: string): number | undefined {
    const known = this.#keys.get(arn);
    if (known !== undefined) return known;
    const row = this.#sql.arnKey.row(arn);
    if (row === undefined) return undefined;
    checkRow(row, arnName);
    const key = row[0] as number;
    this.#remember(key, arn);
    return key;
  }

  readonly arn = (key: number): string => {
    const known = this.#arns.get(key);
    if (known !== undefined) return known;
    const row = this.#sql.arn.row(key);
    if (row === undefined) throw new DamagedRowError(`ARN ${key}, which is missing,`);
    checkRow(row, arnName);
    const arn = row[1] as string;
    this.#remember(key, arn);
    return arn;
  };

  /** The transaction was committed. */
  keep(): void {
    this.#added = [];
    if (this.#keys.size < MOST_IN_MEMORY) return;
    this.#keys.clear();
    this.#arns.clear();
  }

  /** The transaction was rolled back: what it inserted is not there. */
  forget(): void {
    for (const arn of this.#added) {
      const key = this.#keys.get(arn);
      this.#keys.delete(arn);
      if (key !== undefined) this.#arns.delete(key);
    }
    this.#added = [];
  }

  #remember(key: number, arn: string): void {
    this.#keys.set(arn, key);
    this.#arns.set(key, arn);
  }
}

function arnName([key]: SqlRow): string {
  return `ARN ${key}`;
}

/** State machines and activities are few, but each run of a distributed Map has an ARN. Some 300 bytes each. */
const MOST_IN_MEMORY = 20_000;

/** Colons of an execution's ARN before what is its own: `arn:aws:states:region:account:execution:stateMachine:name`. */
const COLONS_OF_START = 7;

/** Where the part of an execution's ARN that it does not share with its state machine's others begins; 0 for another form. */
export function startOfRest(arn: string): number {
  let end = 0;
  for (let colon = 0; colon < COLONS_OF_START; colon++) {
    end = arn.indexOf(":", end) + 1;
    if (end === 0) return 0;
  }
  return end;
}
