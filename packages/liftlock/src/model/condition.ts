import { z } from 'zod';

/** A question in CEL over facts, inputs and options: true or false. Source: github.com/google/cel-spec. */
export const Condition = z.string().min(1).meta({ description: 'A condition in CEL, as Kubernetes has it' });
