package org.tenon.models.plugin;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * What {@link ServiceLoader} finds of a service. A plugin that can't be loaded is a reason in the list, never an exception.
 *
 * @param providers what was found, in order
 * @param problems why others that are there were left out
 * @param <S> the service
 */
public record Plugins<S>(List<S> providers, List<String> problems) {
    /**
     * Copies the lists.
     *
     * @param providers what was found
     * @param problems why others were left out
     */
    public Plugins {
        providers = List.copyOf(providers);
        problems = List.copyOf(problems);
    }

    /**
     * Those given by hand, then those found; one whose class was given by hand isn't added again.
     *
     * @param given by hand
     * @param services finds the others; called by the module that uses the service
     * @param <S> the service
     * @return all of them
     */
    public static <S> Plugins<S> of(List<S> given, ServiceLoader<S> services) {
        List<S> providers = new ArrayList<>(given);
        List<String> problems = new ArrayList<>();
        Iterator<S> found = services.iterator();
        for (boolean more = true; more; ) {
            try {
                more = found.hasNext();
                if (more) {
                    S next = found.next();
                    if (providers.stream().noneMatch(other -> other.getClass().equals(next.getClass()))) {
                        providers.add(next);
                    }
                }
            } catch (ServiceConfigurationError | LinkageError broken) {
                problems.add(broken.toString());
            }
        }
        return new Plugins<>(providers, problems);
    }
}
