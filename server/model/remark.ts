/** Receives what a user should know of a model's files although they can be used: a sentence without a full stop. */
export type Remark = (text: string) => void;

/** Remarks on one model; a file that gives reason for more is wrong as a whole. */
const MOST_REMARKS = 10;

/** For callers that show no remarks. */
export const NO_REMARK: Remark = () => {};

/** Passes the first ten remarks on. */
export function firstRemarks(remark: Remark): Remark {
  let count = 0;
  return (text) => {
    count += 1;
    if (count <= MOST_REMARKS) remark(text);
  };
}
