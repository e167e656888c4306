import { TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import type { EndSeen } from './event-record.js';
import type { FrameFacts, NodeFacts, RunFacts, SubmissionOutcome, TeardownFacts } from './facts.js';
import { untrueReason } from './reasons.js';

/** Files that a node may have open beyond what it had at the start: libraries that are loaded with the first frame. */
const FILES_MORE = 6;
/** Sockets to or from one other node that stay open for the next request. */
const SOCKETS_PER_PEER = 24;

/** @returns what is wrong with a run, when everything is quiet again. */
export function checkRun(facts: RunFacts): string[] {
  return [
    ...facts.submissions.flatMap((outcome) => checkSubmission(outcome, facts)),
    ...facts.frames.flatMap((frame) => checkFrame(frame, facts)),
    ...checkEnds(facts),
    ...checkAfterwards(facts),
    ...facts.devices.filter(({ state }) => state !== 'live').map(({ device, state }) => `${device} is ${state}`),
    ...facts.nodes.flatMap((node) => checkNode(node, facts.nodes.length)),
  ];
}

/** A picture may be refused; what was accepted is never lost. */
function checkSubmission(outcome: SubmissionOutcome, { frames, windows }: RunFacts): string[] {
  switch (outcome.kind) {
    case 'accepted':
      return frames.some(({ frame }) => frame.id === outcome.frame)
        ? []
        : [`frame ${outcome.frame} was accepted and is lost`];
    case 'refused':
      // What was garbled on its way is no request.
      if (outcome.status === 507 && windows.some(({ fault }) => fault === 'full-disk')) return [];
      if ([429, 503].includes(outcome.status) || windows.some(({ fault }) => fault.startsWith('flip-'))) return [];
      return [`a picture was refused with ${outcome.status} ${outcome.code}`];
    case 'failed':
    case 'unknown':
      return [];
  }
}

function checkFrame(facts: FrameFacts, { windows }: RunFacts): string[] {
  const { frame, known, difference, detections } = facts;
  const wrong = (what: string) => [`frame ${frame.id} ${what}`];
  if (!known) return wrong('is of a picture that nobody submitted');
  if (frame.endedAt === null) return wrong(`has not ended: it is ${frame.state}`);
  if (frame.state === 'failed') {
    const untrue = untrueReason(facts, windows);
    return untrue === null ? [] : wrong(`failed, and ${untrue}`);
  }
  if (difference === null && !windows.some(endsGateway)) return wrong('is complete, and its output is not kept');
  if (difference !== null && !(difference <= TOLERANCE.f32))
    return wrong(`differs from the untiled output by ${difference}`);
  return detections === null ? [] : wrong(`has other detections than the untiled network: ${detections}`);
}

/** Outputs are kept in memory. */
function endsGateway({ fault }: { readonly fault: string }): boolean {
  return fault === 'gateway-kill' || fault === 'gateway-restart';
}

/** Each frame's end is told once in an epoch, as what it is; all of them in one that was watched to its end. */
function checkEnds({ ends, frames, gaps, epoch }: RunFacts): string[] {
  const wrong: string[] = [];
  const seen = new Map<string, EndSeen>();
  for (const end of ends) {
    const key = `${end.epoch} ${end.frame}`;
    if (seen.has(key)) wrong.push(`the end of frame ${end.frame} was told twice`);
    seen.set(key, end);
    const now = frames.find(({ frame }) => frame.id === end.frame)?.frame.state;
    if (now === undefined) wrong.push(`frame ${end.frame} was told to be ${end.state}, and is not known`);
    else if (now !== end.state) wrong.push(`frame ${end.frame} was told to be ${end.state}, and is ${now}`);
  }
  const watched = new Set(gaps).has(epoch) ? [] : frames.filter(({ frame }) => frame.id.startsWith(`${epoch}-`));
  for (const { frame } of watched) {
    if (frame.endedAt !== null && !seen.has(`${epoch} ${frame.id}`))
      wrong.push(`nobody was told the end of frame ${frame.id}`);
  }
  return wrong;
}

function checkAfterwards({ afterwards, frames }: RunFacts): string[] {
  return afterwards.flatMap((outcome) => {
    const frame =
      outcome.kind === 'accepted' ? frames.find(({ frame }) => frame.id === outcome.frame)?.frame : undefined;
    return frame?.state === 'complete'
      ? []
      : [`a frame after everything was quiet: ${JSON.stringify(outcome)} ${frame?.state ?? ''}`];
  });
}

function checkNode({ node, process, filesBefore, held, internalErrors, fatal }: NodeFacts, nodes: number): string[] {
  const wrong = (what: string) => `${node} ${what}`;
  if (process === null) return [wrong('does not run')];
  const { files, sockets } = process;
  const established = sockets.established ?? 0;
  const found = [
    ...Object.entries(held)
      .filter(([, value]) => value !== 0)
      .map(([what, value]) => wrong(`still holds ${what}: ${value}`)),
    ...fatal.map((line) => wrong(`logged ${line}`)),
  ];
  if (Object.keys(held).length === 0) found.push(wrong('does not say what it holds'));
  if (files > filesBefore + FILES_MORE) found.push(wrong(`has ${files} files open, and had ${filesBefore}`));
  if (established > SOCKETS_PER_PEER * nodes) found.push(wrong(`has ${established} connections open`));
  if ((sockets['close-wait'] ?? 0) > 0) found.push(wrong('does not close connections that others have closed'));
  if (internalErrors > 0) found.push(wrong(`answered ${internalErrors} times that it failed`));
  return found;
}

/** @returns what is wrong with how the processes of a run ended. */
export function checkTeardown({ lives, children }: TeardownFacts): string[] {
  const wrong = lives.flatMap(({ node, asked, exitCode, signal }) => {
    if (asked === 'SIGKILL') return [];
    if (asked === 'SIGTERM' && exitCode === 0) return [];
    if (asked === 'full-disk' && exitCode === 2) return [];
    const how = signal ?? `exit code ${exitCode}`;
    return [asked === null ? `${node} ended by itself: ${how}` : `${node} was told to end and did so with ${how}`];
  });
  return children === 0 ? wrong : [...wrong, `${children} processes are left`];
}
