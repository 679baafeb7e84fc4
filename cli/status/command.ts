import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';

export function registerStatus(_program: Command, _context: CommandContext, _done: (code: number) => void): void {}
