import { catalogElement } from './catalogElement';
import { company } from './company';
import { contact } from './contact';
import { customer } from './customer';
import { lead } from './lead';

/** What the account's own fields belong to, and what events are about: cards, and elements of lists. */
export const CARDS = [lead, contact, company, customer];
export const WITH_CUSTOM_FIELDS = [...CARDS, catalogElement];
