import type { NodeMetrics } from '../../node/observe/metrics.js';
import type { LedgerEffect } from '../../scheduling/ledger/ledger-effects.js';
import type { LedgerSink } from '../../scheduling/ledger/ledger-events.js';
import type { FrameRecord } from '../frames/frame-record.js';
import type { Auditor } from '../results/auditor.js';
import type { GangAuditor } from '../results/gang-auditor.js';

export interface AuditsParts {
  /** Null where nothing is audited. */
  readonly auditor: Auditor | null;
  readonly gangAuditor: GangAuditor | null;
  readonly ledger: LedgerSink;
  readonly metrics: Pick<NodeMetrics, 'audits'>;
}

/** Carries out the ledger's decisions about results that two devices computed. */
export class Audits {
  readonly #parts: AuditsParts;

  constructor(parts: AuditsParts) {
    this.#parts = parts;
  }

  /** Returns whether an attempt of a gang's frame is checked. */
  picksGang(record: FrameRecord, attempt: number): boolean {
    return this.#parts.gangAuditor?.picks(record, attempt) ?? false;
  }

  /** Has the auditor find out which of two devices is wrong, and reports the finding to the ledger; never fails. */
  async judge(record: FrameRecord, effect: Extract<LedgerEffect, { kind: 'judge' }>): Promise<void> {
    const { auditor, ledger } = this.#parts;
    const { frame, part, attempt } = effect;
    // The ledger audits nothing without an auditor.
    const finding = await auditor!.find(record, effect);
    ledger.apply({ kind: 'audit-judged', frame, part, attempt, finding });
  }

  /** Has the blocks of a gang compared with what the gateway computes, and reports the finding to the ledger; never fails. */
  async check(record: FrameRecord, { attempt, frame }: Extract<LedgerEffect, { kind: 'check' }>): Promise<void> {
    const { gangAuditor, ledger } = this.#parts;
    // The ledger audits nothing without an auditor.
    const finding = await gangAuditor!.check(record, attempt);
    ledger.apply({ kind: 'audit-judged', frame, part: 0, attempt, finding });
  }

  ended({ outcome }: Extract<LedgerEffect, { kind: 'audited' }>): void {
    this.#parts.metrics.audits.inc({ outcome });
  }
}
