import { randomUUID } from 'node:crypto';
import type { MessageRow, TalkRow } from '../store/moreRows';
import type { World } from '../world';

/** Messages of talks, whoever wrote them. facts: extended 7.2 */

export interface NewMessage extends Partial<Pick<MessageRow, 'text' | 'type' | 'attachment' | 'is_sent_by_api'>> {
	direction: MessageRow['direction'];
	/** Who wrote it, in the account; 0 for the client. */
	by: number;
	/** The contact's or the user's name unless said. */
	author?: string;
}

/** Keeps the message, marks the talk, and tells events and hooks. */
export function addMessage({ account, changes, clock }: World, talk: TalkRow, input: NewMessage): MessageRow {
	const { direction, by, text = '', type = 'text', attachment = null, is_sent_by_api = false } = input;
	const name = input.author ?? (direction === 'incoming' ? account.contacts.get(talk.contact_id)?.name : account.users.get(by)?.name) ?? '';
	const author = { id: talk.chat_id, type: direction === 'incoming' ? ('external' as const) : ('internal' as const), name };
	const message = account.messages.add({
		id: account.messages.nextId(),
		uuid: randomUUID(),
		talk_id: talk.id,
		created_at: clock.seconds(),
		direction,
		type,
		text,
		author,
		attachment,
		is_sent_by_api,
	});
	account.talks.change(talk, { is_read: direction === 'outgoing', updated_at: Math.max(talk.updated_at, clock.seconds()) });
	changes.publish({ kind: 'message', action: direction, talk, message, by });
	return message;
}
