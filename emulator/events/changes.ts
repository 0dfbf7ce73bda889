import type { ChatTemplateRow, ElementRow, MessageRow, NoteRow, TalkRow, TransactionRow, UnsortedRow } from '../store/moreRows';
import type { EntityRow, EntityType, TaskRow } from '../store/rows';

/** Every change of the account, announced once: events, webhooks and the board listen. */

export type Change =
	| { kind: 'entity'; type: EntityType; action: 'add' | 'update' | 'delete' | 'restore'; row: EntityRow; before?: EntityRow; by: number }
	| { kind: 'task'; action: 'add' | 'update' | 'delete'; row: TaskRow; before?: TaskRow; by: number }
	| { kind: 'note'; action: 'add'; row: NoteRow; by: number; unheard?: boolean }
	| { kind: 'element'; action: 'add' | 'update' | 'delete'; row: ElementRow; before?: ElementRow; by: number }
	| { kind: 'unsorted'; action: 'add' | 'update' | 'accept' | 'decline'; row: UnsortedRow; by: number }
	| { kind: 'talk'; action: 'add' | 'update' | 'close' | 'delete'; row: TalkRow; by: number }
	| { kind: 'review'; row: ChatTemplateRow; by: number }
	| { kind: 'merge'; type: EntityType; row: EntityRow; by: number }
	| { kind: 'transaction'; action: 'add'; row: TransactionRow; by: number }
	| { kind: 'message'; action: 'incoming' | 'outgoing'; talk: TalkRow; message: MessageRow; by: number }
	| { kind: 'link'; action: 'link' | 'unlink'; from: { type: string; id: number }; to: { type: string; id: number }; by: number };

type Listener = (change: Change) => void;

export class ChangeBus {
	private readonly listeners = new Set<Listener>();

	publish(change: Change): void {
		for (const listener of this.listeners) listener(change);
	}

	subscribe(listener: Listener): () => void {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	}
}
