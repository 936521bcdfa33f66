/** What liftlock does for the step `prove-images`, for those who type the commands. */
export const proveImagesWords =
  'liftlock starts one pod for each image, with imagePullPolicy Always and a command that does nothing, and removes them.';
