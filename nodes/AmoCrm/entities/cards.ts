import { catalogElement } from './catalogElement';
import { company } from './company';
import { contact } from './contact';
import { customer } from './customer';
import { lead } from './lead';
import { type Entity, idOf } from './types';

/** What the account's own fields belong to, and what events are about: cards, and elements of lists. */
export const CARDS = [lead, contact, company, customer];
export const WITH_CUSTOM_FIELDS = [...CARDS, catalogElement];

/** Where the cards of records are. */
export type CardPlace = Pick<Entity, 'cardPath' | 'id' | 'path'>;

/** Address of the record's card, or of the card that it stands on, such as the lead of a task; nothing where there is none. */
export function cardUrl(accountUrl: string, { cardPath, id, path: place }: CardPlace, row: Record<string, unknown>): string | undefined {
	const owner = CARDS.find(({ collection }) => collection === (row.entity_type ?? place.split('/')[1]));
	const [path, recordId] = cardPath === undefined ? [owner?.cardPath, Number(row.entity_id)] : [cardPath, idOf({ id }, row)];
	return path && recordId ? `${accountUrl}/${path}/${String(recordId)}` : undefined;
}
