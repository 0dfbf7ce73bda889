import { filter, idsFilter, onlyFilter } from '../fields/filters';
import { CONTACT, TALK } from '../fields/targets';
import { optionIn } from '../fields/values';
import { contact } from './contact';
import { customer } from './customer';
import { dayOf, joined } from './labels';
import { lead } from './lead';
import { CARD_KINDS } from './places';
import { linkedFilters, pickedFilters } from './shared';
import { entity } from './types';

const KINDS = CARD_KINDS.filter(({ value }) => value === 'leads' || value === 'customers');

const kindLook = { name: 'entityType', displayName: 'Linked Record Type', description: 'Return only talks on cards of this kind' };

const kindFilter = filter(kindLook, { type: 'options', options: KINDS, default: 'leads' }, (value) => {
	const type = optionIn(KINDS, value).slice(0, -1);
	return { query: { filter: { entity_type: type } }, accepts: (row) => row.entity_type === type };
});

/** Conversations with clients in messengers. Source: extended facts 7.2. */
export const talk = entity({
	value: 'talk',
	displayName: 'Talk',
	about: 'A conversation with a client in a messenger',
	path: '/talks',
	id: { kind: 'number', key: 'talk_id' },
	picker: { search: 'local', names: 'contact', label: (row, contactOf) => joined(contactOf(row) || `Talk ${String(row.talk_id)}`, dayOf(row.updated_at), row.origin, row.is_in_work ? '' : 'closed') },
	filters: [
		idsFilter('talk_id', TALK, { name: 'ids', displayName: 'IDs From Data', description: 'Return only the talks with these IDs, as a list or separated by commas' }),
		...pickedFilters('contact_id', CONTACT, { names: ['contacts', 'contactIds'], displayName: 'Contacts', what: 'talks with' }),
		kindFilter,
		...linkedFilters('talks on the cards of'),
		// That it is there at all is what counts for amoCRM.
		onlyFilter(
			{ name: 'onlyInWork', displayName: 'Only in Work', description: 'Whether to return only talks that are not closed' },
			{ query: { filter: { only_in_work: 1 } }, accepts: (row) => row.is_in_work === true },
		),
	],
	expands: [contact, customer, lead],
	list: { hasOwnOrder: true },
	needs: { plan: 'a plan that has chats', scope: 'for chats' },
});
