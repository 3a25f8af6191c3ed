#!/bin/sh
# Prints the home of a JDK 25 or newer: JAVA_HOME, else the one on the PATH, else the newest in the usual folders.

wanted=25

# The feature version that a JDK states in its release file; 0 where there is no JDK.
version() {
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || { echo 0; return; }
    line=
    while IFS= read -r line; do
        case $line in
        JAVA_VERSION=*)
            line=${line#*\"}
            line=${line%%[!0-9]*}
            echo "${line:-0}"
            return
            ;;
        esac
    done < "$1/release"
    echo 0
}

if [ -n "${JAVA_HOME-}" ] && [ "$(version "$JAVA_HOME")" -ge $wanted ]; then
    echo "$JAVA_HOME"
    exit
fi

if java=$(command -v java); then
    java=$(readlink -f "$java" 2>/dev/null || echo "$java")
    home=${java%/bin/java}
    if [ "$(version "$home")" -ge $wanted ]; then
        echo "$home"
        exit
    fi
fi

best=0
for home in /usr/lib/jvm/* /opt/* /opt/java/* "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME-}"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
    found=$(version "$home")
    if [ "$found" -ge $wanted ] && [ "$found" -gt "$best" ]; then
        best=$found
        newest=$home
    fi
done
if [ "$best" -gt 0 ]; then
    echo "$newest"
    exit
fi

echo "Tenon needs JDK $wanted or newer; JAVA_HOME, the PATH and the usual folders hold none." >&2
echo "Install one (Debian: apt-get install openjdk-$wanted-jdk; anywhere: https://adoptium.net) or set JAVA_HOME to it." >&2
exit 1
