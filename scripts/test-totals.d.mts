/** What vitest's JSON reporter writes of a run, as far as it is added up. */
export interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

export function totals(reports: readonly { readonly name: string; readonly report: TestReport }[]): {
  readonly lines: readonly string[];
  readonly ok: boolean;
};
