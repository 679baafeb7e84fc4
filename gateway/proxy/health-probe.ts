import { GatewayError } from '../errors.ts';
import type { ParsedAnswer } from '../http1/answer-head.ts';
import type { AnswerSink } from './backend-channel.ts';
import type { OpenProbe, ProbeChannel } from './probe-channel.ts';

export interface HealthQuestion {
  readonly authority: string;
  readonly path: string;
  /** For connection and head of the answer together. */
  readonly timeoutMs: number;
  readonly ask: OpenProbe;
}

/** The status of the answer, or why there was none. */
type OnResult = (result: number | Error) => void;

/** Asks once, on a connection of its own, and answers once. */
export class HealthProbe implements AnswerSink {
  readonly #question: HealthQuestion;
  readonly #timer: NodeJS.Timeout;
  #onResult: OnResult | null;
  #opened: ProbeChannel | null = null;

  constructor(question: HealthQuestion, onResult: OnResult) {
    this.#question = question;
    this.#onResult = onResult;
    this.#timer = setTimeout(() => this.#settle(tooSlow()), question.timeoutMs).unref();
    question.ask((opened) => this.#onOpened(opened));
  }

  /** Nobody wants the result any more. */
  cancel(): void {
    this.#onResult = null;
    this.#settle(tooSlow());
  }

  onAnswer({ status }: ParsedAnswer): void {
    this.#settle(status);
  }

  onAnswerBody(): boolean {
    return true;
  }

  onAnswerEnd(): void {}

  onAnswerFault(error: Error): void {
    this.#settle(error);
  }

  onDrain(): void {}

  #onOpened(opened: ProbeChannel | Error): void {
    if (opened instanceof Error) this.#settle(opened);
    else if (this.#onResult === null) opened.end();
    else {
      const { authority, path } = this.#question;
      this.#opened = opened;
      const head = `GET ${path} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: simpul-health-check\r\nAccept: */*\r\nConnection: close\r\n\r\n`;
      opened.channel.begin(this, head, { bodyLength: 0, toHead: false, upgrades: false, deadline: 0 });
      opened.channel.end();
    }
  }

  #settle(result: number | Error): void {
    clearTimeout(this.#timer);
    this.#opened?.end();
    const onResult = this.#onResult;
    this.#onResult = null;
    onResult?.(result);
  }
}

function tooSlow(): GatewayError {
  return new GatewayError('GW_BACKEND_TIMEOUT', 'The backend did not answer the health check in time.');
}
